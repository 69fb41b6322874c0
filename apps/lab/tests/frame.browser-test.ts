import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { parseAddress, readSettings, writeAddress } from "../src/address/address.ts";
import type { AnyPage } from "../src/frame/page.ts";
import { pages } from "../src/pages/index.ts";
import { contentOf, expectNoSidewaysScroll, openLab } from "./lab.ts";

const lab = openLab();
const first = pages[0]!;
const other = pages[1]!;

const link = (page: Page, name: string) =>
  page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name, exact: true });
const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const device = (page: Page) => page.getByLabel("Compute on");
const addressOf = (page: Page) => new URL(page.url()).hash;

/** What an address says; of an empty one, the defaults. */
function settingsOf(fields: AnyPage["fields"], address = ""): Record<string, unknown> {
  return readSettings(fields, parseAddress(address).query).settings;
}

/** The frame's notices, which are on the address; a page may have its own. */
const notices = (page: Page) =>
  page
    .locator(".notice")
    .filter({ hasText: /is to be|has no setting|no page/ })
    .allTextContents();

describe("the navigation", () => {
  it("leads to every page, which has its title, its heading and the focus there", async () => {
    const page = await lab.open();
    for (const { path, title } of [...pages.slice(1), first]) {
      await link(page, title).click();
      await contentOf(page);
      await expect.poll(() => page.title()).toBe(`${title} · Evenkeel lab`);
      expect(await heading(page).textContent()).toBe(title);
      expect(await heading(page).evaluate((element) => element === document.activeElement)).toBe(true);
      expect(addressOf(page).split("?")[0]).toBe(`#/${path}`);
      expect(await link(page, title).getAttribute("aria-current")).toBe("page");
      expect(await page.locator("nav [aria-current]").count()).toBe(1);
    }
  });

  it("goes back and forward as the browser does", async () => {
    const page = await lab.open();
    await link(page, other.title).click();
    await page.waitForFunction((title) => document.title.startsWith(title), other.title);
    await page.goBack();
    await page.waitForFunction((title) => document.title.startsWith(title), first.title);
    await contentOf(page);
    await page.goForward();
    await page.waitForFunction((title) => document.title.startsWith(title), other.title);
    expect(await heading(page).textContent()).toBe(other.title);
  });

  it("is passed over by the first key of the keyboard", async () => {
    const page = await lab.open();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await heading(page).evaluate((element) => element === document.activeElement)).toBe(true);
  });
});

describe("the address", () => {
  it("opens the first page for a page that there is none of, and says so", async () => {
    const page = await lab.open("#/nowhere");
    expect(await heading(page).textContent()).toBe(first.title);
    expect(await notices(page)).toEqual(["There is no page “nowhere”. This is the first one."]);
  });

  it("has the default in place of a device that there is none of, and says so", async () => {
    const page = await lab.open(`#/${other.path}?device=abacus`);
    expect(await device(page).inputValue()).toBe("auto");
    expect(await notices(page)).toEqual([expect.stringMatching(/^device is to be .*“abacus”/)]);
    await expect.poll(() => addressOf(page)).toBe(`#/${other.path}`);
  });

  it("has the device, which goes along to other pages and outlasts a reload", async () => {
    const page = await lab.open();
    await device(page).selectOption("wasm");
    await expect.poll(() => addressOf(page)).toBe("#/?device=wasm");
    await link(page, other.title).click();
    await contentOf(page);
    await expect.poll(() => addressOf(page)).toBe(`#/${other.path}?device=wasm`);
    await page.reload();
    expect(await device(page).inputValue()).toBe("wasm");
    await device(page).selectOption("auto");
    await expect.poll(() => addressOf(page)).toBe(`#/${other.path}`);
  });

  for (const { path, title, fields, presets } of pages) {
    it(`has what is shown on ${title}: a reload shows the preset that was chosen`, async () => {
      const { name, look, settings } = presets.at(-1)!;
      const page = await lab.open(`#/${path}`);
      const region = page.getByRole("region", { name: "Presets" });
      await region.getByRole("button", { name }).first().click();
      const address = writeAddress(path, fields, { ...settingsOf(fields), ...settings });
      await expect.poll(() => addressOf(page)).toBe(address);
      for (const visit of ["the first", "after a reload"]) {
        const pressed = await region.getByRole("button", { pressed: true }).allTextContents();
        expect(pressed, visit).toEqual([expect.stringContaining(name)]);
        expect(await region.getByText(look, { exact: true }).count(), visit).toBe(1);
        expect(addressOf(page), visit).toBe(address);
        expect(await notices(page), visit).toEqual([]);
        await page.reload();
        await contentOf(page);
      }
    });
  }

  it("is not taken back when a setting changes just before another page is asked for", async () => {
    const page = await lab.open();
    await page.evaluate((hash) => {
      document.querySelectorAll<HTMLElement>("[aria-label='Presets'] button")[1]!.click();
      location.hash = hash;
      // The page gets to hear of it when all that waits is due.
      const end = performance.now() + 400;
      while (performance.now() < end);
    }, `#/${other.path}`);
    await expect.poll(() => heading(page).textContent()).toBe(other.title);
  });
});

describe("the colours", () => {
  const theme = (page: Page) => page.locator("html").getAttribute("data-theme");
  const dark = (page: Page) => page.getByRole("button", { name: "Dark colours" });

  it("are the system's until others are chosen, which outlast a reload", async () => {
    const page = await lab.open("", { dark: true });
    expect(await theme(page)).toBe("dark");
    await page.emulateMedia({ colorScheme: "light" });
    await expect.poll(() => theme(page)).toBe("light");
    await dark(page).click();
    expect(await theme(page)).toBe("dark");
    expect(await dark(page).getAttribute("aria-pressed")).toBe("true");
    await page.reload();
    expect(await theme(page)).toBe("dark");
  });
});

it("fits a telephone on every page, and shows where one is", async () => {
  const page = await lab.open("", { width: 390, height: 844 });
  for (const { path } of pages) {
    await page.goto(`${lab.url}#/${path}`);
    await contentOf(page);
    await expectNoSidewaysScroll(page);
    const { x, width } = (await page.locator("nav [aria-current]").boundingBox())!;
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x + width).toBeLessThanOrEqual(390);
  }
});
