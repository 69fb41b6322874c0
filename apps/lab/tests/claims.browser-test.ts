import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { contentOf, expectAccessible, expectNoSidewaysScroll, openLab } from "./lab.ts";

const lab = openLab();

const published = readFileSync(new URL("../../../docs/claims/ledger.md", import.meta.url), "utf8");
const [confirmed, refuted, undecided] = ["confirmed", "refuted", "undecided"].map((verdict) =>
  Number(new RegExp(`\\*\\*(\\d+) ${verdict}\\*\\*`).exec(published)![1]),
);

const entries = (page: Page) => page.locator("main li:has(a[href*='claim='])");
const status = (page: Page) => page.locator("section.panel [role='status']");

describe("the ledger", () => {
  it("has 72 claims, and as many verdicts of each kind as the documents say", async () => {
    const page = await lab.open("#/claims");
    await entries(page).first().waitFor();
    expect(await entries(page).count()).toBe(72);
    const counts = page.getByRole("group", { name: "Verdict" }).getByRole("button");
    expect(await counts.allInnerTexts()).toEqual([
      "72 claims",
      `${confirmed} confirmed`,
      `${refuted} refuted`,
      `${undecided} undecided`,
    ]);
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  });

  it("is narrowed by verdict, work and words, which stand in the address", async () => {
    const page = await lab.open("#/claims");
    await page.getByRole("button", { name: "refuted" }).last().click();
    await expect.poll(() => entries(page).count()).toBe(refuted);
    await page.getByLabel("Work").selectOption("IS15");
    await page.getByLabel("Words in it").fill("steps rate");
    await expect.poll(() => page.url()).toMatch(/#\/claims\?verdict=refuted&work=IS15&search=steps%20rate$/);
    const shown = await entries(page).count();
    expect(shown).toBeGreaterThan(0);
    expect(await page.getByText(/ of 72 shown$/).innerText()).toBe(
      `${shown} ${shown === 1 ? "claim" : "claims"} of 72 shown`,
    );
    for (const text of await entries(page).allInnerTexts()) expect(text).toMatch(/^IS15-\d+ [\s\S]*refuted/);
    await page.getByLabel("Words in it").fill("no claim says this");
    await page.getByRole("button", { name: "Show all" }).click();
    await expect.poll(() => entries(page).count()).toBe(72);
  });

  it("opens a claim, and is where it was when one comes back", async () => {
    const page = await lab.open("#/claims?verdict=undecided&device=wasm");
    await entries(page).nth(3).getByRole("link").click();
    const heading = page.locator("article h2");
    await heading.waitFor();
    const id = (await heading.innerText()).split(" ")[0]!;
    await expect.poll(() => page.url()).toContain(`claim=${id}&verdict=undecided&device=wasm`);
    await page.goBack();
    await expect.poll(() => entries(page).count()).toBe(undecided);
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe(`to-${id}`);
  });

  it("says what is wrong with an address, and shows what it can", async () => {
    const page = await lab.open(
      "#/claims?claim=IS15-99&verdict=maybe&work=%3Cscript%3E&size=paper&search=%00",
    );
    await entries(page).first().waitFor();
    expect(await entries(page).count()).toBe(72);
    const notices = await page.locator(".notice").allInnerTexts();
    expect(notices.join("\n")).toMatch(
      /verdict is to be one of all, confirmed, [\s\S]*There is no claim “IS15-99”/,
    );
    await page.goto(`${lab.url}#/claims?claim=../../etc`);
    await expect
      .poll(() => page.locator(".notice").allInnerTexts())
      .toEqual([expect.stringContaining("claim is to be an id")]);
  });

  it("says that it could not be loaded, and tries again", async () => {
    lab.expectProblem(/claims\/ledger\.json|ERR_FAILED/);
    const page = await lab.open("#/train");
    await page.route("**/claims/ledger.json", (route) => route.abort());
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Claims" }).click();
    await contentOf(page);
    expect(await page.getByRole("alert").innerText()).toMatch(/could not be loaded: there is no connection/);
    await page.unroute("**/claims/ledger.json");
    await page.getByRole("button", { name: "Try again" }).click();
    await expect.poll(() => entries(page).count()).toBe(72);
  });
});

describe("a claim", () => {
  it("is opened by its address: statement, measures, verdict, command, figures", async () => {
    const page = await lab.open("#/claims?claim=DS20-1");
    await page.locator("article svg.plot").nth(7).waitFor();
    expect(await page.locator("article svg.plot").count()).toBe(8);
    const article = await page.locator("article").innerText();
    for (const part of [
      "Variance by depth",
      "De & Smith 2020",
      "the whole interval between 1.9× and 2.1×",
      "CIFAR-10",
    ]) {
      expect(article).toContain(part);
    }
    expect(await page.locator("article code").innerText()).toBe(
      "npx evenkeel-cli test-claim DS20-1 --size laptop",
    );
    expect(await page.locator("article .legend").count()).toBe(4);
    const [left, right] = await page
      .locator("article svg.plot")
      .evaluateAll((plots) =>
        plots
          .slice(0, 2)
          .map((plot) =>
            [...plot.querySelectorAll("g[aria-label='y-axis tick label'] text")].map(
              (tick) => tick.textContent,
            ),
          ),
      );
    expect(left!.length).toBeGreaterThan(2);
    expect(left).toEqual(right);
    await expectAccessible(page);
  });

  it.each([
    ["CB16-1", "tables beside tables"],
    ["BJ18-8", "pictures of values"],
    ["IS15-3", "many seeds"],
  ])("fits a phone in the dark: %s, %s", async (id) => {
    const page = await lab.open(`#/claims?claim=${id}`, { width: 390, height: 844, dark: true });
    await page.locator("article figure").first().waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
  });

  it("is run here to its verdict, where it is an identity", async () => {
    const page = await lab.open("#/claims?claim=IS15-1&device=wasm");
    await page.getByRole("button", { name: /^Run it here/ }).click();
    await expect
      .poll(() => status(page).innerText(), { timeout: 60_000 })
      .toMatch(/^Done, and it came out:\s+confirmed\s+5 runs in .* s, by onnxruntime-web \S+ on WebAssembly/);
    const rows = page.locator("article table").first().locator("tr.here");
    expect(await rows.count()).toBe(2);
    for (const row of await rows.allInnerTexts()) expect(row).toMatch(/^here\s[\s\S]*confirmed/);
    expect(await page.locator("article figure").count()).toBe(2);
    await expectAccessible(page);
    await page.getByRole("link", { name: "Next: IS15-2" }).click();
    await page.getByRole("heading", { name: /^IS15-2/ }).waitFor();
    expect(await page.locator("tr.here").count()).toBe(0);
  });

  it("says of a run with few seeds that it decides nothing", async () => {
    const page = await lab.open("#/claims?claim=IS15-10&device=wasm");
    expect(await page.locator("section.panel").innerText()).toMatch(
      /size smoke: [\s\S]*and decides nothing\./,
    );
    await page.getByRole("button", { name: /^Run it here/ }).click();
    await expect
      .poll(() => status(page).innerText(), { timeout: 60_000 })
      .toMatch(/^Done: a run of 2 seeds, which decides nothing\. 4 runs in /);
    expect(await page.locator("tr.here").count()).toBeGreaterThan(0);
    expect(await page.locator("article figure svg.plot").count()).toBeGreaterThan(0);
  });

  it("is stopped while it runs, and can be run again", async () => {
    const page = await lab.open("#/claims?claim=IS15-3&size=laptop&device=wasm");
    await page.getByRole("button", { name: /^Run it here/ }).click();
    await page.getByText(/^Run [2-9] of 20: /).waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await expect
      .poll(() => status(page).innerText(), { timeout: 10_000 })
      .toMatch(/^Stopped after .* s; nothing was measured\.$/);
    expect(await page.getByRole("progressbar").count()).toBe(0);
    await page.getByLabel("Size").selectOption("smoke");
    await expect.poll(() => page.url()).toContain("size=smoke");
    await page.getByRole("button", { name: /^Run it here/ }).click();
    await expect.poll(() => status(page).innerText(), { timeout: 60_000 }).toMatch(/^Done: /);
  });
});
