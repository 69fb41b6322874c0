import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { expectAccessible, expectNoSidewaysScroll, openLab } from "./lab.ts";

const lab = openLab();
const forms = ["Raw features", "Standardised", "Batch norm as input layer"] as const;

/** Expects what came of each form, once no descents are under way. */
async function expectOutcomes(
  page: Page,
  ...outcomes: [raw: RegExp, standardized: RegExp, batchNorm: RegExp]
) {
  await page.locator(".valleys[aria-busy=false]").waitFor();
  for (const [index, form] of forms.entries()) {
    const panel = page.getByRole("region", { name: form });
    expect(await panel.locator("h2 + p").textContent()).toMatch(outcomes[index]!);
    // What is read out in place of the picture ends with the same words.
    expect(await panel.getByRole("img").getAttribute("aria-label")).toMatch(outcomes[index]!);
  }
}

/** Expects an address, which follows the settings after a moment. */
const expectAddress = (page: Page, hash: string) =>
  expect.poll(() => page.evaluate(() => location.hash)).toBe(hash);

const converged = /Converged at step \d+/;
const diverged = /Diverged at step \d+/;
const notThere = /Not there after \d+ steps/;

it("shows raw features diverge at a rate that suits scaled ones", async () => {
  const page = await lab.open("#/feature-scales");
  await expectOutcomes(page, /Diverged at step 1/, converged, converged);
  const raw = page.getByRole("region", { name: "Raw features" });
  expect(await raw.getByText("out at step 1").count()).toBe(1);
  expect(await raw.locator("dl").textContent()).toMatch(/Condition number\s*3,\d+,000/);
  expect(await page.getByText(/Diverges above/).textContent()).toMatch(/2\.\d+×10⁻⁶\s+raw features/);
  await page.getByText("What exactly is drawn").click();
  await page.getByText("The examples").click();
  await expectAccessible(page);
});

it("lets the rate be turned up until each form diverges", async () => {
  const page = await lab.open("#/feature-scales?rates=0.000001");
  await expectOutcomes(page, notThere, notThere, notThere);
  const rate = page.getByRole("slider", { name: "Learning rate" });
  await rate.fill("-5");
  await expectOutcomes(page, diverged, notThere, notThere);
  await rate.fill("-0.7");
  await expectOutcomes(page, diverged, converged, converged);
  await expectAddress(page, "#/feature-scales?rates=0.2");
  await rate.focus();
  for (let times = 0; times < 16; times++) await page.keyboard.press("ArrowRight");
  await expectOutcomes(page, diverged, diverged, diverged);
  expect(await rate.getAttribute("aria-valuetext")).toBe("1.3");
});

it("has a rate for each form, where wanted", async () => {
  const page = await lab.open("#/feature-scales?steps=100");
  await expectOutcomes(page, diverged, converged, converged);
  await page.getByLabel("The same rate for all").uncheck();
  await expectAddress(page, "#/feature-scales?rates=0.1,0.1,0.1&steps=100");
  await page.getByRole("slider", { name: "Rate, standardised" }).fill("0.3");
  await expectOutcomes(page, diverged, diverged, converged);
  await page.getByRole("button", { name: "Half of each one's limit" }).click();
  await expectOutcomes(page, notThere, converged, converged);
  await page.getByLabel("The same rate for all").check();
  await expectOutcomes(page, notThere, notThere, notThere);
});

it("finds everything again by its address", async () => {
  const hash =
    "#/feature-scales?phones=-1,1&cash=-3,3&rates=0.3,0.2,0.1&steps=45&start=0.5,-1.25&learned=1&seed=7";
  const page = await lab.open(hash);
  await expectOutcomes(page, converged, converged, converged);
  await expectAddress(page, hash);
  const labels = await page
    .locator("section svg[aria-label*='Gradient descent']")
    .evaluateAll((pictures) => pictures.map((picture) => picture.getAttribute("aria-label")));
  expect(labels).toHaveLength(3);
  for (const [index, rate] of ["0.3", "0.2", "0.1"].entries()) {
    expect(labels[index]).toContain(`from 0.5 and −1.25 at the rate ${rate},`);
  }
  const cash = page.getByRole("group", { name: "Cash withdrawn today" });
  expect(await cash.getByLabel("from").inputValue()).toBe("-3");
  expect(await page.getByRole("slider", { name: "Steps" }).inputValue()).toBe("45");
  expect(await page.getByLabel("Batch norm learns gamma and beta").isChecked()).toBe(true);
});

it("refuses what an address cannot mean", async () => {
  const page = await lab.open("#/feature-scales?phones=24,2&rates=0&start=9,9&steps=1e9");
  await expectOutcomes(page, diverged, converged, converged);
  const notices = await page.locator("main .notice").allTextContents();
  expect(notices.map((notice) => notice.split(" ")[0])).toEqual(["phones", "rates", "steps", "start"]);
});

it("has presets that work and presets that fail", async () => {
  const page = await lab.open("#/feature-scales");
  const expected: [string, RegExp, RegExp, RegExp][] = [
    ["A rate that raw features bear", notThere, notThere, notThere],
    ["Each its own rate", notThere, converged, converged],
    ["A mild case", converged, converged, converged],
    ["Counted from the mean", notThere, converged, converged],
    ["Features of one size", converged, converged, converged],
    ["Extreme ranges", notThere, converged, converged],
    ["Too high for all", diverged, diverged, diverged],
    ["Gamma and beta learn too", diverged, converged, converged],
    ["One rate for all", diverged, converged, converged],
  ];
  for (const [name, ...outcomes] of expected) {
    const preset = page.getByRole("button", { name });
    await preset.click();
    expect(await preset.getAttribute("aria-pressed")).toBe("true");
    await expectOutcomes(page, ...outcomes);
  }
});

it("makes the valley narrower with the range", async () => {
  const page = await lab.open("#/feature-scales?phones=-1,1&cash=-1,1");
  const condition = page.getByRole("region", { name: "Raw features" }).locator("dd").first();
  await condition.waitFor();
  const cash = page.getByRole("group", { name: "Cash withdrawn today" });
  await cash.getByLabel("width of its range").fill("2");
  await expectAddress(page, "#/feature-scales?phones=-1,1&cash=-50,50");
  // A range 50 times as wide: a condition number 2500 times as large.
  await page.getByText(/^2,\d\d0$/).waitFor();
  await cash.getByLabel("to", { exact: true }).fill("-50");
  await cash.getByText(/A number from -49/).waitFor();
  await expectAddress(page, "#/feature-scales?phones=-1,1&cash=-50,50");
});

it("goes through the steps by itself, one at a time, and by a slider", async () => {
  const page = await lab.open("#/feature-scales?steps=12");
  await expectOutcomes(page, diverged, converged, converged);
  const standardized = page.getByRole("region", { name: "Standardised" });
  await page.getByRole("button", { name: "Reset" }).click();
  await standardized.getByText("Weights at step 0").waitFor();
  expect(await standardized.locator("dl").textContent()).toContain("−0.5, 1.5");
  await page.getByRole("button", { name: "Step", exact: true }).click();
  await standardized.getByText("Weights at step 1").waitFor();
  await page.getByRole("slider", { name: "Step shown" }).fill("7");
  await standardized.getByText("Weights at step 7").waitFor();
  await page.getByRole("button", { name: "Play" }).click();
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await standardized.getByText("Weights at step 12").waitFor();
  await page.getByRole("button", { name: "Play" }).waitFor();
});

it("shows the whole path at once where little motion is wanted", async () => {
  const page = await lab.open("#/feature-scales?steps=500", { reducedMotion: true });
  await page.getByRole("button", { name: "Reset" }).click();
  await page.getByRole("region", { name: "Standardised" }).getByText("Weights at step 0").waitFor();
  await page.getByRole("button", { name: "Play" }).click();
  expect(await page.getByRole("slider", { name: "Step shown" }).inputValue()).toBe("500");
});

it("begins where the start is dragged to", async () => {
  const page = await lab.open("#/feature-scales");
  const raw = page.getByRole("region", { name: "Raw features" });
  const box = (await raw.locator(".handle").boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + 60, box.y + 80, { steps: 4 });
  await page.mouse.up();
  const [first, second] = await Promise.all(
    ["of phones", "of cash"].map(async (name) =>
      Number(await page.getByRole("slider", { name }).inputValue()),
    ),
  );
  expect(first).toBeGreaterThan(-0.5);
  expect(second).toBeLessThan(1.5);
  const label = page.getByRole("img", {
    name: new RegExp(`Standardised: .*from ${first} and ${second} at the rate`),
  });
  await label.waitFor();
});

it("computes where the lab is on WebGPU, too", async () => {
  const page = await lab.open("#/feature-scales?device=webgpu&steps=500", { webgpu: true });
  await expectOutcomes(page, diverged, converged, converged);
  expect(await page.locator("header").textContent()).toContain("on WebGPU");
});

it("says so where there is nothing to compute on", async () => {
  const page = await lab.open("#/feature-scales?device=webgpu");
  await page
    .getByRole("alert")
    .getByText(/Choose WebAssembly/)
    .waitFor();
  await page.getByLabel("Compute on").selectOption("wasm");
  await expectOutcomes(page, diverged, converged, converged);
});

it("fits a phone, in dark colours too", async () => {
  const page = await lab.open("#/feature-scales?rates=0.3,0.3,0.3", { width: 390, height: 844, dark: true });
  await expectOutcomes(page, diverged, converged, converged);
  await expectNoSidewaysScroll(page);
  await expectAccessible(page);
});
