import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { expectAccessible, expectNoSidewaysScroll, openLab, type View } from "./lab.ts";
import { stepsOf } from "./training.ts";

const lab = openLab();

/** Small networks, which are trained quickly. */
const small = "examples=1000&width=8&batchSize=16";
const two = `${small}&depth=2&size=6`;

/** Opens a page; it may take its time where other tests run beside. */
async function open(hash: string, view?: View): Promise<Page> {
  const page = await lab.open(hash, view);
  page.setDefaultTimeout(120_000);
  return page;
}

describe("networks that are training on the page Train", () => {
  it("are looked at as they are when that page is left, and not trained anew", async () => {
    const page = await open(`#/train?${small}&depth=1`);
    const conduct = page.getByRole("group", { name: "Training" });
    await conduct.getByRole("button", { name: "Start" }).click();
    await expect.poll(() => stepsOf(page), { timeout: 60_000 }).toBeGreaterThan(100);
    const atLeast = await stepsOf(page);
    await page.getByRole("link", { name: "Inside one batch" }).click();
    await page.getByText("The graph says").first().waitFor();
    await page.waitForURL(/steps=\d+/);
    const taken = Number(/steps=(\d+)/.exec(page.url())![1]);
    expect(taken).toBeGreaterThanOrEqual(atLeast);
    const shown = page.getByText(/steps? taken/);
    expect(await shown.textContent()).toBe(`${taken.toLocaleString("en")} steps taken`);
    await page.getByRole("link", { name: "Train", exact: true }).click();
    await expect.poll(() => stepsOf(page), { timeout: 60_000 }).toBe(taken);
  });
});

describe("one batch", () => {
  it("shows every number of a channel, and how the one that is chosen came about", async () => {
    const page = await open(`#/batch?${two}`);
    const [x, normalized] = [await column(page, 1), await column(page, 3)];
    expect(x).toHaveLength(6);
    const mean = x.reduce((sum, value) => sum + value, 0) / 6;
    const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 6;
    for (const [index, value] of x.entries()) {
      // The table has three digits.
      expect((value - mean) / Math.sqrt(variance + 1e-3)).toBeCloseTo(normalized[index]!, 1);
    }
    await cell(page, 4, 3).click();
    const lines = await formula(page);
    expect(lines[0]).toContain("σ2+ε");
    expect(numberOf(lines.at(-1)!)).toBeCloseTo(normalized[3]!, 2);
    await page.waitForURL(/example=4/);
    await expectSameAsGraph(page);
  });

  it("has the graph's own value for each gradient, forward and backward", async () => {
    const page = await open(`#/batch?${two}&steps=20&layer=2`);
    for (let example = 1; example <= 6; example++) {
      for (const place of [3, 4, 6]) {
        await cell(page, example, place).click();
        await expectSameAsGraph(page);
      }
    }
    for (const quantity of ["betaGradient", "gammaGradient"]) {
      await page.goto(`${lab.url}#/batch?${two}&steps=20&layer=2&quantity=${quantity}`);
      await expectSameAsGraph(page);
    }
  });

  it("has gradients that sum to 0 by the batch's statistics, and others by the running ones", async () => {
    const page = await open(`#/batch?${two}&steps=5`);
    const sumOf = async () => {
      const head = page.getByRole("rowheader", { name: "sum", exact: true });
      const sums = page.locator("tfoot tr").filter({ has: head }).getByRole("button");
      return Math.abs(numberOf(await sums.last().innerText()));
    };
    const gradients = (await column(page, 6)).map(Math.abs);
    expect(await sumOf()).toBeLessThan(1e-5 * Math.max(...gradients));
    await page.getByLabel("Pass").selectOption("inference");
    await page.getByText("so no example knows of the others").waitFor();
    expect(await sumOf()).toBeGreaterThan(1e-4 * Math.max(...gradients));
  });

  it("changes with training, and is the same again from its address", async () => {
    const page = await open(`#/batch?${two}`);
    const before = await column(page, 1);
    await page.getByRole("button", { name: "+10 steps" }).click();
    await page.getByText("after 10 steps").waitFor();
    const after = await column(page, 1);
    expect(after).not.toEqual(before);
    await page.waitForURL(/steps=10/);
    await page.reload();
    await page.getByText("after 10 steps").waitFor();
    expect(await column(page, 1)).toEqual(after);
    await page.getByRole("button", { name: "Reset" }).click();
    await page.getByText("after 0 steps").waitFor();
    expect(await column(page, 1)).toEqual(before);
  });

  it("is walked through with the keyboard", async () => {
    const page = await open(`#/batch?${two}`);
    const chosen = page.locator("table [aria-pressed='true']");
    await chosen.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await page.waitForURL(/quantity=y&example=2/);
    expect(await chosen.evaluate((button) => button === document.activeElement)).toBe(true);
    for (let press = 0; press < 5; press++) await page.keyboard.press("ArrowDown");
    await page.waitForURL(/quantity=outputMean/);
    await page.keyboard.press("PageDown");
    await page.waitForURL(/channel=2/);
    await page.getByRole("button", { name: "Hidden layer: the next one" }).click();
    await page.getByText("dense_2_normalization").waitFor();
    await page.getByRole("spinbutton", { name: /^Channel/ }).focus();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.waitForURL(/channel=3/);
  });

  it("of one example is refused in the library's words, until the pass is one of inference", async () => {
    const page = await open(`#/batch?${small}&depth=2&size=1`);
    await page.getByRole("alert").filter({ hasText: "nothing to average over" }).waitFor();
    await page.getByLabel("Pass").selectOption("inference");
    expect(await column(page, 1)).toHaveLength(1);
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  it("says what there is where nothing normalizes, and where the numbers are none any more", async () => {
    const page = await open(`#/batch?${two}&network=1`);
    await page.getByText("Nothing normalizes this layer").waitFor();
    expect(await page.locator("thead th").allInnerTexts()).toEqual(["example", "x", "∂L/∂x"]);
    await page.goto(`${lab.url}#/batch?${small}&network=1&learningRate=100&depth=6&initialScale=20&steps=20`);
    await page.getByText(/no batch norm \(A\) diverged at step/).waitFor();
    await page.getByText("after 20 steps").waitFor();
    expect(await page.locator("main").innerText()).not.toContain("undefined");
  });

  it("goes on with the networks that another page has trained", async () => {
    const page = await open("#/landscape?examples=1000&width=8&batchSize=16&depth=2&points=2");
    await page.getByRole("button", { name: "+10 steps" }).click();
    await page.getByText("at step 10").waitFor();
    await page.getByRole("link", { name: "Inside one batch" }).click();
    await page.getByText("after 10 steps").waitFor();
    await page.waitForURL(/steps=10/);
  });

  it("takes the networks as they are when a page is left while they train", async () => {
    const page = await open("#/landscape?examples=1000&width=8&batchSize=16&depth=2&points=2&every=1");
    const stepAt = async () => Number(/at step (\d+)/.exec((await page.locator("main").textContent())!)?.[1]);
    await page.getByRole("button", { name: "Play" }).click();
    await expect.poll(stepAt, { timeout: 30_000 }).toBeGreaterThan(20);
    const before = await stepAt();
    await page.getByRole("link", { name: "Inside one batch" }).click();
    const after = /after (\d+) steps/.exec((await page.getByText(/after \d+ steps/).textContent())!);
    expect(Number(after![1])).toBeGreaterThanOrEqual(before);
  });

  it("begins anew where its address says fewer steps than another page has trained", async () => {
    const networks = "examples=1000&width=8&batchSize=16&depth=2";
    const page = await open(`#/landscape?${networks}&points=2`);
    await page.getByRole("button", { name: "+10 steps" }).click();
    await page.getByText("at step 10").waitFor();
    await page.goto(new URL(`#/batch?${networks}&steps=4`, page.url()).href);
    await page.getByText("after 4 steps").waitFor();
    expect(page.url()).toContain("steps=4");
  });

  it.each([
    ["light", "", false],
    ["dark, at inference", "&mode=inference", true],
    ["with a long formula", "&quantity=inputGradient", false],
  ])("fits a phone, and is accessible: %s", async (_, query, dark) => {
    const page = await open(`#/batch?${two}${query}`, { width: 390, height: 844, dark });
    await column(page, 1);
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
  });
});

/** The button of a number: row and column of the table, both from 1. */
function cell(page: Page, row: number, column: number): Locator {
  return page.locator(`tbody tr:nth-child(${row}) td:nth-child(${column + 1}) button`);
}

/** The numbers of a column of the examples, once they are there. */
async function column(page: Page, index: number): Promise<number[]> {
  await cell(page, 1, 1).waitFor();
  const texts = await page.locator(`tbody tr td:nth-child(${index + 1}) button`).allInnerTexts();
  return texts.map(numberOf);
}

/** The lines of the formula that is shown, without spaces. */
async function formula(page: Page): Promise<string[]> {
  const lines = await page.getByRole("group", { name: "Formula" }).allTextContents();
  return lines.map((line) => line.replaceAll(/\s/g, ""));
}

/** The number that a text ends in, as pages write them: 1,234, −0.5, 1.2×10⁻⁷. */
function numberOf(text: string): number {
  const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const plain = text
    .replaceAll("−", "-")
    .replaceAll(",", "")
    .replace(/×10(⁻?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)/, (_, minus, power) => {
      const digits = [...power].map((digit) => superscripts.indexOf(digit)).join("");
      return `e${minus ? "-" : ""}${digits}`;
    });
  return Number(/-?[\d.]+(e-?\d+)?\s*$/.exec(plain)![0]);
}

/** Expects that the graph's value is the formula's, but for float32's rounding. */
async function expectSameAsGraph(page: Page): Promise<void> {
  const said = page.getByText(/^The graph says/);
  await said.waitFor();
  const graph = numberOf(await said.locator("b").innerText());
  const result = numberOf((await formula(page)).at(-1)!);
  // The formula has four digits.
  expect(Math.abs(graph - result)).toBeLessThanOrEqual(1e-3 * Math.abs(result) + 1e-7);
}
