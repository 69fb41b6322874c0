import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { expectAccessible, expectNoSidewaysScroll, openLab, type View } from "./lab.ts";

const lab = openLab();

/** Small networks and few points, which are measured quickly. */
const small = "examples=1000&width=8&batchSize=16&points=3";
const one = `${small}&depth=1`;

/** Opens a page; it may take its time where other tests run beside. */
async function open(hash: string, view?: View): Promise<Page> {
  const page = await lab.open(hash, view);
  page.setDefaultTimeout(120_000);
  return page;
}

describe("the landscape", () => {
  it("is measured for both networks at their weights, and drawn", async () => {
    const page = await open(`#/landscape?${one}`);
    const rows = await numbers(page);
    expect(Object.keys(rows)).toEqual(["no batch norm (A)", "batch norm before the activation (B)"]);
    for (const [rate, loss, length, ...others] of Object.values(rows)) {
      expect(rate).toBe("0.1");
      expect(Number(loss)).toBeGreaterThan(1);
      expect(Number(length)).toBeGreaterThan(0);
      expect(others.join()).not.toMatch(/NaN|undefined|not finite/);
    }
    await page
      .getByText(/^No batch norm \(A\) beside batch norm before the activation \(B\): the loss varies/)
      .waitFor();
    await page.locator("figure svg").nth(4).waitFor();
    // A line for each network, of the weights as they are and three points.
    expect(await page.locator("figure svg").first().locator("circle").count()).toBe(8);
  });

  it("says what the next step of training does to the loss", async () => {
    const page = await open(`#/landscape?${one}&from=1&to=1`);
    const before = await numbers(page);
    await page.getByRole("button", { name: "+1 step", exact: true }).click();
    await page.getByText("at step 1").waitFor();
    const after = await numbers(page);
    for (const name of Object.keys(before)) {
      const [, loss, , along] = before[name]!;
      expect(Number(along!.split(" to ")[0])).toBeLessThan(Number(loss));
      expect(after[name]![1]).not.toBe(loss);
    }
  });

  it("is followed over the training, measured every so many steps, until it is paused", async () => {
    const page = await open(`#/landscape?${one}&every=4`);
    await numbers(page);
    await page.getByRole("button", { name: "Play" }).click();
    await page.getByText(/at step (1[2-9]|[2-9]\d|\d{3})/).waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Play" }).waitFor();
    const step = Number(/at step (\d+)/.exec(await page.locator("main").innerText())![1]);
    expect(step % 4).toBe(0);
    await page.waitForURL(new RegExp(`steps=${step}\\b`));
    const measured = `Range of the loss along the gradient at ${step / 4 + 1} of the training's steps, to step ${step}`;
    await page.getByRole("img", { name: measured }).waitFor();
    const there = await numbers(page);
    await page.reload();
    await page.getByText(`at step ${step}`).waitFor();
    expect(await numbers(page)).toEqual(there);
  });

  it("goes back to the beginning, and is stopped on the way", async () => {
    const page = await open(`#/landscape?${one}&every=50`);
    const before = await numbers(page);
    for (let press = 0; press < 2; press++) {
      await page.getByRole("button", { name: "+100 steps" }).click();
      await page.getByRole("button", { name: "+100 steps" }).and(page.locator(":enabled")).waitFor();
    }
    await page.getByText("at step 200").waitFor();
    await page.getByRole("button", { name: "Play" }).click();
    await page.getByText(/at step (2[5-9]\d|[3-9]\d\d|\d,\d)/).waitFor();
    await page.getByRole("button", { name: "Reset" }).click();
    await page.getByText("at step 0").waitFor();
    await page.getByRole("button", { name: "Play" }).waitFor();
    expect(await numbers(page)).toEqual(before);
  });

  it("of a network that has diverged is none, and the other goes on", async () => {
    const page = await open(`#/landscape?${small}&depth=6&initialScale=20&learningRate=100&steps=20`);
    await page.getByText(/no batch norm \(A\) diverged at step/).waitFor();
    await page.getByText("No batch norm (A): the loss is no number any more.").waitFor();
    const rows = await numbers(page);
    expect(Number(rows["batch norm before the activation (B)"]![1])).toBeGreaterThan(0);
  });

  it("takes other settings at once, keeps them in its address, and leads on with them", async () => {
    const page = await open(`#/landscape?${one}`);
    const before = await numbers(page);
    await page.getByLabel("Batch norm of B").selectOption("after");
    await page.locator("tbody th", { hasText: "batch norm after the activation" }).waitFor();
    const after = await numbers(page);
    expect(after["no batch norm (A)"]).toEqual(before["no batch norm (A)"]);
    await page.getByRole("combobox", { name: "Batch", exact: true }).selectOption("fixed");
    await page.waitForURL(/placement=none,after.*probe=fixed/);
    const link = page.getByRole("link", { name: "All settings" });
    expect(await link.getAttribute("href")).toContain("#/train?examples=1000&placement=none,after");
  });

  it.each([
    ["light", "&steps=5", false],
    ["dark, far out", "&from=0.01&to=1000&scale=log", true],
  ])("fits a phone, and is accessible: %s", async (_, query, dark) => {
    const page = await open(`#/landscape?${one}${query}`, { width: 390, height: 844, dark });
    await numbers(page);
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
  });
});

/** The table's numbers by the networks' names, once they are there. */
async function numbers(page: Page): Promise<Record<string, string[]>> {
  const rows = page.locator("tbody tr");
  await rows.first().waitFor();
  const found: Record<string, string[]> = {};
  for (const row of await rows.all()) {
    found[await row.locator("th").innerText()] = await row.locator("td").allInnerTexts();
  }
  return found;
}
