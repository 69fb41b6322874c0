import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { expectAccessible, expectNoSidewaysScroll, openLab } from "./lab.ts";

const lab = openLab();

/** Numbers are shown with five digits. */
const shown = 5e-5;

describe("the first page", () => {
  it("shows the lecture's numbers at once, without a worker and with little code", async () => {
    const page = await lab.open();
    expect(await page.title()).toBe("What it does · Evenkeel lab");
    expect(await outputs(page)).toEqual([-1.5642, -0.9744, -0.089761, 0.20512, 0.79488, 4.6283]);
    await page.getByText("(24 − 10) / √(46 + 0.001) = 2.0642").waitFor();
    await page.getByText("2 · 2.0642 = 4.1283").waitFor();
    await page.getByText("4.1283 + 0.5 = 4.6283").waitFor();
    await page.getByText("= (49 + 25 + 4 + 1 + 1 + 196) / 6 = 276 / 6 = 46").waitFor();
    expect(page.workers()).toEqual([]);
    const bytes = await page.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .map((entry) => (entry as PerformanceResourceTiming).decodedBodySize)
        .reduce((sum, size) => sum + size, 0),
    );
    expect(bytes).toBeLessThan(250_000);
  });

  it("follows a point that is dragged with the mouse, on lines that keep still meanwhile", async () => {
    const page = await lab.open();
    const before = await ticks(page);
    const point = value(page, 6);
    const { x, y } = await centre(point);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x - 100, y + 5, { steps: 5 });
    const dragged = Number(await point.getAttribute("aria-valuenow"));
    expect(dragged).toBeLessThan(24);
    expect(dragged).toBeGreaterThan(11);
    expect((await centre(point)).x).toBeCloseTo(x - 100, -1);
    expect(await batch(page)).toEqual([3, 5, 8, 9, 11, dragged]);
    await expectArithmetic(page, { gamma: 2, beta: 0.5 });
    // Past the end of its line it stays at the end.
    await page.mouse.move(4000, y, { steps: 3 });
    expect(Number(await point.getAttribute("aria-valuenow"))).toBe(30);
    expect(await ticks(page)).toEqual(before);
    await page.mouse.up();
    await expect.poll(() => ticks(page)).not.toEqual(before);
    await expect.poll(() => page.url()).toContain("values=3,5,8,9,11,30");
    await page.mouse.move(x - 200, y);
    expect(await batch(page)).toEqual([3, 5, 8, 9, 11, 30]);
  });

  it("follows a finger, and does not scroll meanwhile", async () => {
    const page = await lab.open("", { width: 390, height: 844 });
    const touch = await page.context().newCDPSession(page);
    await touch.send("Emulation.setTouchEmulationEnabled", { enabled: true });
    await value(page, 6).scrollIntoViewIfNeeded();
    const { x, y } = await centre(value(page, 6));
    const scrolled = await page.evaluate(() => scrollY);
    await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }] });
    for (const way of [10, 30, 50]) {
      const touchPoints = [{ x: x - way, y: y - way }];
      await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints });
    }
    await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await expect.poll(async () => (await batch(page))[5]).toBeLessThan(22);
    expect(await page.evaluate(() => scrollY)).toBe(scrolled);
    await expectArithmetic(page, { gamma: 2, beta: 0.5 });
  });

  it("takes hold of the nearest of points that are close together", async () => {
    const page = await lab.open("#/?values=5,5.2,20");
    const { x, y } = await centre(value(page, 1));
    await page.mouse.move(x - 6, y);
    await page.mouse.down();
    await page.mouse.move(x - 40, y, { steps: 3 });
    await page.mouse.up();
    const [first, second, third] = await batch(page);
    expect(first).toBeLessThan(5);
    expect([second, third]).toEqual([5.2, 20]);
    await page.getByText("value 1 of 3").waitFor();
  });

  it("moves points by the keys of a slider, and shows the arithmetic of the one that is reached", async () => {
    const page = await lab.open();
    await value(page, 3).focus();
    await page.getByText("value 3 of 6: 8").waitFor();
    await page.keyboard.press("ArrowRight");
    expect(await batch(page)).toEqual([3, 5, 8.5, 9, 11, 24]);
    await page.keyboard.press("PageDown");
    expect(await batch(page)).toEqual([3, 5, 3.5, 9, 11, 24]);
    await expectArithmetic(page, { gamma: 2, beta: 0.5 });
    const low = Number(await value(page, 3).getAttribute("aria-valuemin"));
    await page.keyboard.press("Home");
    expect((await batch(page))[2]).toBe(low);
    await page.keyboard.press("Tab");
    await page.getByText("value 4 of 6: 9").waitFor();
    await expect.poll(() => page.url()).toContain(`values=3,5,${low},9,11,24&point=4`);
  });

  it("scales and moves by gamma and beta, dragged on their lines or by keys", async () => {
    const page = await lab.open();
    const gamma = page.getByRole("slider", { name: "gamma, where 1 is scaled to" });
    await gamma.focus();
    await page.keyboard.press("ArrowLeft");
    expect(Number(await gamma.getAttribute("aria-valuenow"))).toBe(1.8);
    await expectArithmetic(page, { gamma: 1.8, beta: 0.5 });

    const beta = page.getByRole("slider", { name: "beta, where 0 is moved to" });
    const { x, y } = await centre(beta.locator(".mark"));
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 120, y, { steps: 4 });
    await page.mouse.up();
    const moved = Number(await beta.getAttribute("aria-valuenow"));
    expect(moved).toBeGreaterThan(1);
    await expectArithmetic(page, { gamma: 1.8, beta: moved });

    await page.getByRole("slider", { name: "gamma γ" }).fill("-1");
    await expectArithmetic(page, { gamma: -1, beta: moved });
  });

  it("chooses a point that is clicked on any line or in the table", async () => {
    const page = await lab.open();
    const { x, y } = await centre(page.locator("svg .dot").first());
    await page.mouse.click(x, y);
    await page.getByText("value 1 of 6: 3").waitFor();
    await page.getByRole("button", { name: "9, value 4 of 6" }).click();
    await page.getByText("value 4 of 6: 9").waitFor();
    await page.getByText("(9 − 10) / √(46 + 0.001) = −0.14744").waitFor();
  });

  it("takes one's own numbers, and says kindly what is none", async () => {
    const page = await lab.open();
    const field = page.getByLabel("Your own numbers");
    await field.fill("1 2; 3.5, −4");
    expect(await batch(page)).toEqual([1, 2, 3.5, -4]);
    await expectArithmetic(page, { gamma: 2, beta: 0.5 });
    await field.fill("1 2 three");
    await page.getByText("“three” is not a number.").waitFor();
    expect(await batch(page)).toEqual([1, 2, 3.5, -4]);

    await page.getByRole("button", { name: "Add a value" }).click();
    expect(await batch(page)).toHaveLength(5);
    expect(await field.inputValue()).toBe((await batch(page)).join(", "));
    await page.getByText("value 5 of 5").waitFor();
    for (const left of [4, 3, 2, 1]) {
      await page.getByRole("button", { name: "Remove value" }).click();
      expect(await batch(page)).toHaveLength(left);
    }
    expect(await page.getByRole("button", { name: "Remove value" }).isDisabled()).toBe(true);
  });

  it("takes 32 numbers", async () => {
    const page = await lab.open();
    const many = Array.from({ length: 32 }, (_, index) => (index * 7) % 32);
    await page.getByLabel("Your own numbers").fill(many.join(" "));
    expect(await batch(page)).toEqual(many);
    await expectArithmetic(page, { gamma: 2, beta: 0.5 });
    expect(await page.getByRole("button", { name: "Add a value" }).isDisabled()).toBe(true);
    await expectNoSidewaysScroll(page);
  });

  it("shows that the output of a batch of one is beta, wherever it is dragged", async () => {
    const page = await lab.open();
    await page.getByRole("button", { name: "A batch of one" }).click();
    await page.getByText("Evenkeel refuses to train with batches of one").waitFor();
    expect(await outputs(page)).toEqual([0.5]);
    await value(page, 1).press("ArrowRight");
    expect((await batch(page))[0]).toBeGreaterThan(24);
    expect(await outputs(page)).toEqual([0.5]);
    expect(await page.getByRole("button", { name: "Take a training step" }).isDisabled()).toBe(true);
  });

  it("shows that a batch of two comes out in two places, whatever it is", async () => {
    const page = await lab.open();
    await page.getByRole("button", { name: "A batch of two" }).click();
    await page.getByText("±8 / √(64 + 0.001) = ±0.99999").waitFor();
    expect(await column(page, 2)).toEqual([-0.99999, 0.99999]);
    await value(page, 1).press("End");
    expect((await batch(page))[0]).toBeGreaterThan(20);
    const [first, second] = await column(page, 2);
    expect(first).toBeCloseTo(1, 3);
    expect(second).toBeCloseTo(-1, 3);
  });

  it("warns of running statistics that are not learned, until steps enough are taken", async () => {
    const page = await lab.open();
    await page.getByRole("button", { name: "Statistics not yet learned" }).click();
    const warning = page.locator(".notice", { hasText: "The running statistics are far from this batch" });
    await warning.waitFor();
    expect(await page.getByLabel("Inference").isChecked()).toBe(true);
    expect(await page.locator("svg .ring").count()).toBe(18);
    expect(await page.getByLabel("Running mean", { exact: true }).inputValue()).toBe("0.95617925");
    for (const taken of [110, 210, 310]) {
      await page.getByRole("button", { name: "Take 100" }).click();
      await page.getByText(`${taken} steps taken`).waitFor();
    }
    await warning.waitFor({ state: "detached" });
    expect(Number(await page.getByLabel("Running mean", { exact: true }).inputValue())).toBeCloseTo(
      10 * (1 - 0.99 ** 310),
      5,
    );
    const [inference, training] = [await column(page, 4), await column(page, 5)];
    // A 23rd of the gap of 10 is left; x̂ is doubled.
    for (const [index, output] of inference.entries()) {
      expect(Math.abs(output - training[index]!)).toBeLessThan(0.3);
    }
  });

  it("moves the running statistics by the momentum that is chosen", async () => {
    const page = await lab.open();
    await page.getByLabel("Momentum").selectOption("0.9");
    await page.getByText("29 steps close 95 % of any gap").waitFor();
    await page.getByRole("button", { name: "Take a training step" }).click();
    await page.getByText("1 step taken").waitFor();
    expect(await page.getByLabel("Running mean", { exact: true }).inputValue()).toBe("1");
    expect(await page.getByLabel("Running variance", { exact: true }).inputValue()).toBe("5.5");
    await page.getByLabel("Running variance", { exact: true }).fill("-1");
    await page.getByText("This is to be a number from 0 to 1000000000000.").waitFor();
    await page.getByRole("button", { name: "Begin anew" }).click();
    expect(await page.getByLabel("Running variance", { exact: true }).inputValue()).toBe("1");
  });

  it("maps every value alone at inference", async () => {
    const page = await lab.open("#/?mode=inference&runningMean=10&runningVariance=46&steps=1000");
    const before = await outputs(page);
    await value(page, 6).press("PageUp");
    const after = await outputs(page);
    expect(after.slice(0, 5)).toEqual(before.slice(0, 5));
    expect(after[5]).toBeGreaterThan(before[5]!);
  });

  it("says what to look for with each preset, and marks those that fail", async () => {
    const page = await lab.open();
    const presets = page.getByRole("region", { name: "Presets" });
    const names = await presets.getByRole("button").allInnerTexts();
    expect(names.length).toBeGreaterThanOrEqual(8);
    const looks = new Set<string>();
    for (const [index, name] of names.entries()) {
      await presets.getByRole("button").nth(index).click();
      await presets
        .getByRole("button", { pressed: true })
        .and(presets.getByRole("button").nth(index))
        .waitFor();
      looks.add(await presets.getByRole("status").innerText());
      const warnings = await page.locator("main > .notice:not(.remark)").count();
      expect([name, warnings > 0]).toEqual([name, name.includes("(fails)")]);
      await expectAccessible(page);
    }
    expect(looks.size).toBe(names.length);
  });
});

describe("the first page's address", () => {
  it("brings back a state", async () => {
    const page = await lab.open("#/?values=1,2,4&point=2&gamma=3&beta=-1&epsilon=0.5&both=1&momentum=0.9");
    expect(await batch(page)).toEqual([1, 2, 4]);
    await page.getByText("value 2 of 3: 2").waitFor();
    await expectArithmetic(page, { gamma: 3, beta: -1, epsilon: 0.5 });
    await page.reload();
    await expectArithmetic(page, { gamma: 3, beta: -1, epsilon: 0.5 });
    expect(await page.getByLabel("Momentum").inputValue()).toBe("0.9");
  });

  it("that makes no sense gives a notice and the defaults", async () => {
    const page = await lab.open("#/?values=1,<script>,3&gamma=1e9&mode=sleeping&epsilon=0&point=99");
    for (const name of ["values", "gamma", "mode", "epsilon", "point"]) {
      await page.locator(".notice", { hasText: `${name} is to be` }).waitFor();
    }
    expect(await batch(page)).toEqual([3, 5, 8, 9, 11, 24]);
    await expectArithmetic(page, { gamma: 2, beta: 0.5 });
  });

  it.each([
    ["all at one place", "values=1000000,1000000&gamma=-10"],
    ["as far apart as they may be", "values=-1000000,1000000,1e-300&epsilon=1e-8"],
    ["next to each other", "values=1000000,1000000.0000000001&mode=inference&runningVariance=0&epsilon=1e-8"],
    ["nothing to scale", "gamma=0&beta=0&values=0"],
  ])("with values that are %s still gives a picture", async (_, query) => {
    const page = await lab.open(`#/?${query}`);
    const numbers = await page.locator(".stage svg").evaluate((svg) => svg.outerHTML);
    expect(numbers).not.toMatch(/NaN|Infinity/);
    expect(await page.locator("main").innerText()).not.toMatch(/NaN|Infinity|undefined/);
    await expectNoSidewaysScroll(page);
  });
});

describe("the first page on a phone", () => {
  it.each([
    ["light", "", false],
    ["dark", "", true],
    ["dark, at inference", "#/?mode=inference&both=1", true],
    ["with long numbers", "#/?values=9999.9,9999.95,10000,10000.02,10000.08,10000.1&epsilon=1e-5", false],
  ])("is no wider than it, and accessible: %s", async (_, hash, dark) => {
    const page = await lab.open(hash, { width: 390, height: 844, dark });
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
  });
});

function value(page: Page, number: number): Locator {
  return page.getByRole("slider", { name: new RegExp(`^Value ${number} of`) });
}

/** The batch, as the points on the first line say it. */
async function batch(page: Page): Promise<number[]> {
  const points = await page.getByRole("slider", { name: /^Value \d+ of/ }).all();
  return Promise.all(points.map(async (point) => Number(await point.getAttribute("aria-valuenow"))));
}

/** A column of the table, its values from 0. */
async function column(page: Page, index: number): Promise<number[]> {
  const texts = await page.locator(`main tbody tr > :nth-child(${index + 1})`).allInnerTexts();
  return texts.map((text) => Number(text.replaceAll("−", "-")));
}

function outputs(page: Page): Promise<number[]> {
  return column(page, 4);
}

/** Expects that the table says what follows from the points in training mode. */
async function expectArithmetic(
  page: Page,
  { gamma, beta, epsilon = 1e-3 }: { gamma: number; beta: number; epsilon?: number },
): Promise<void> {
  const values = await batch(page);
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  const [standardised, results] = [await column(page, 2), await outputs(page)];
  for (const [index, x] of values.entries()) {
    const expected = (x - mean) / Math.sqrt(variance + epsilon);
    expect(Math.abs(standardised[index]! - expected)).toBeLessThanOrEqual(shown * Math.abs(expected) + 1e-12);
    const result = gamma * expected + beta;
    expect(Math.abs(results[index]! - result)).toBeLessThanOrEqual(shown * Math.abs(result) + 1e-12);
  }
}

/** What stands at the first line. */
function ticks(page: Page): Promise<string[]> {
  return page.locator("svg .axis").first().locator("text").allInnerTexts();
}

async function centre(element: Locator): Promise<{ x: number; y: number }> {
  const { x, y, width, height } = (await element.boundingBox())!;
  return { x: x + width / 2, y: y + height / 2 };
}
