import { readFile } from "node:fs/promises";
import { mnist, nodeRuntime, take } from "evenkeel";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { parseAddress, readSettings } from "../src/address/address.ts";
import { Comparison } from "../src/networks/comparison.ts";
import { experimentFields, experimentOf } from "../src/networks/fields.ts";
import { expectAccessible, expectNoSidewaysScroll, openLab } from "./lab.ts";
import { numbersOf, small, train } from "./training.ts";

const lab = openLab();

const conduct = (page: Page) => page.getByRole("group", { name: "Training", exact: true });
const button = (page: Page, name: string) => conduct(page).getByRole("button", { name });
const status = (page: Page) => conduct(page).getByRole("status");
const ready = (page: Page) =>
  status(page)
    .filter({ hasText: /Ready|Paused|No network/ })
    .waitFor();
const steps = async (page: Page) =>
  Number((await conduct(page).locator("strong").textContent())!.replaceAll(",", ""));
const columns = { testAccuracy: 2, trainingMode: 3 };
const percent = (text: string) => Number(text.replace("%", ""));

/** The curves as the page saves them, line by line. */
async function savedCurves(page: Page): Promise<string[][]> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save the curves" }).click(),
  ]);
  const text = await readFile((await download.path())!, "utf8");
  return text.split("\n").map((line) => line.split(","));
}

/** The losses of each network's first steps. */
async function savedLosses(page: Page): Promise<number[][]> {
  const [, ...lines] = await savedCurves(page);
  const of = (letter: string) =>
    lines
      .filter(([network, , , loss]) => network!.startsWith(letter) && loss !== "")
      .map(([, , , loss]) => Number(loss));
  return [of("A"), of("B")];
}

/** Draws lines in the square, as shares of its side. */
async function draw(page: Page, ...lines: readonly (readonly [number, number])[][]): Promise<void> {
  const pad = page.getByRole("img", { name: /Square to draw in/ });
  await pad.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await pad.boundingBox())!;
  for (const [first, ...others] of lines) {
    await page.mouse.move(x + first![0] * width, y + first![1] * height);
    await page.mouse.down();
    for (const [across, down] of others)
      await page.mouse.move(x + across * width, y + down * height, { steps: 8 });
    await page.mouse.up();
  }
}

describe("training", () => {
  it("brings the network with batch norm past nine of ten test images, ahead of the one without", async () => {
    const page = await lab.open("#/train");
    await ready(page);
    await train(page, 150);
    await ready(page);
    const [plain, normalized] = await numbersOf(page);
    expect(percent(normalized![columns.testAccuracy]!)).toBeGreaterThan(90);
    expect(percent(normalized![columns.testAccuracy]!)).toBeGreaterThan(
      percent(plain![columns.testAccuracy]!),
    );
  });

  it("stands still when it is paused, and takes one step at a time", async () => {
    const page = await lab.open(`#/train?${small}`);
    await ready(page);
    await train(page, 5);
    await ready(page);
    const paused = await steps(page);
    await button(page, "One step").click();
    await conduct(page)
      .filter({ hasText: `${paused + 1} steps` })
      .waitFor();
    await button(page, "One step").press("Enter");
    await conduct(page)
      .filter({ hasText: `${paused + 2} steps` })
      .waitFor();
    const [first] = await savedLosses(page);
    expect(first).toHaveLength(paused + 2);
  });

  it("begins anew with the same losses when it is reset", async () => {
    const page = await lab.open(`#/train?${small}&dropout=0.3`);
    const takeThree = async () => {
      for (let step = 1; step <= 3; step++) {
        await button(page, "One step").click();
        await conduct(page)
          .filter({ hasText: new RegExp(`^.*\\b${step} step`) })
          .waitFor();
        await ready(page);
      }
      return await savedLosses(page);
    };
    await ready(page);
    const before = await takeThree();
    await button(page, "Reset").click();
    await conduct(page).filter({ hasText: "0 steps" }).waitFor();
    await ready(page);
    expect(await takeThree()).toEqual(before);
  });

  it("by WebAssembly has the losses that Node has", async () => {
    const address = "#/train?device=wasm&placement=none,before&dropout=0,0.2&seed=5";
    const page = await lab.open(address);
    await ready(page);
    await train(page, 20);
    const found = await savedLosses(page);
    const { device: _, ...query } = Object.fromEntries(parseAddress(address).query);
    const { settings } = readSettings(experimentFields, new URLSearchParams(query));
    const experiment = experimentOf(settings);
    const all = await mnist();
    const data = { train: take(all.train, experiment.examples), test: all.test };
    const comparison = await Comparison.make(experiment, data, nodeRuntime());
    const expected = await comparison.advanceAll(20);
    for (const [network, measures] of expected.entries()) {
      for (const [step, { loss }] of measures.entries()) {
        expect(Math.abs(found[network]![step]! / loss - 1), `step ${step + 1}`).toBeLessThan(1e-4);
      }
    }
  });

  it("says which network diverged, and when, while the other goes on", async () => {
    const page = await lab.open("#/train");
    await page.getByRole("button", { name: "Learning rate 4" }).click();
    await page.getByText("the loss explodes").waitFor();
    await ready(page);
    await train(page, 40);
    await page.getByText(/Network A diverged at step \d: /).waitFor();
    expect(await page.getByRole("row", { name: "✕ diverged" }).count()).toBe(1);
    expect((await savedLosses(page)).map(({ length }) => length > 12)).toEqual([false, true]);
  });

  it("says why a network cannot train on batches of one", async () => {
    const page = await lab.open("#/train?examples=500&depth=1&width=16&batchSize=1");
    await ready(page);
    await train(page, 10);
    await page.getByText(/Network B cannot train: .*batch/).waitFor();
  });

  it("warns while running statistics are stale, and shows both modes apart", async () => {
    const page = await lab.open("#/train");
    await page.getByRole("button", { name: "Stale statistics" }).click();
    await page.getByText("come too late").waitFor();
    await ready(page);
    await train(page, 60);
    await ready(page);
    const [, stale] = await numbersOf(page);
    expect(percent(stale![columns.trainingMode]!) - percent(stale![columns.testAccuracy]!)).toBeGreaterThan(
      8,
    );
    await page.getByRole("button", { name: "Training against inference" }).click();
    await page.getByText(/B: The running statistics .* are still \d+ % their initial values/).waitFor();
  });
});

describe("settings", () => {
  it("come back from the address, and go into it", async () => {
    const page = await lab.open(
      "#/train?networks=3&placement=none,before,after&depth=2&learningRate=0.05&seed=9&examples=2000",
    );
    expect(await page.getByRole("slider", { name: "Networks" }).inputValue()).toBe("3");
    expect(await page.getByRole("slider", { name: "Hidden layers" }).inputValue()).toBe("2");
    expect(await page.getByLabel("Seed").inputValue()).toBe("9");
    const placement = page.getByRole("group", { name: "Batch norm", exact: true });
    expect(await placement.getByRole("combobox", { name: "C", exact: true }).inputValue()).toBe("after");
    expect(await page.getByRole("row", { name: "batch norm after the activation" }).count()).toBe(1);
    await placement.getByRole("combobox", { name: "C", exact: true }).selectOption("input");
    await expect.poll(() => page.url()).toContain("placement=none,before,input");
  });

  it("are one for all networks, or one for each", async () => {
    const page = await lab.open("#/train");
    const depth = page.getByRole("group", { name: "Hidden layers", exact: true });
    await depth.getByRole("button", { name: "one for each network" }).click();
    await depth.getByRole("slider", { name: "B" }).press("ArrowRight");
    await expect.poll(() => page.url()).toContain("depth=3,4");
    expect(await page.getByRole("row", { name: "no batch norm, 3 layers" }).count()).toBe(1);
    await depth.getByRole("button", { name: "one for each network" }).click();
    await expect.poll(() => page.url()).not.toContain("depth");
  });

  it("begin a new training, which waits to be started", async () => {
    const page = await lab.open(`#/train?${small}`);
    await ready(page);
    await button(page, "Start").click();
    await conduct(page)
      .filter({ hasText: /[1-9]\d* steps/ })
      .waitFor();
    await page.getByRole("slider", { name: "Units in each" }).press("ArrowRight");
    await status(page).filter({ hasText: "Ready" }).waitFor();
    expect(await steps(page)).toBe(0);
  });

  it("leave the networks of other pages as they are: who comes back finds them", async () => {
    const page = await lab.open(`#/train?${small}`);
    await ready(page);
    await train(page, 5);
    await ready(page);
    const before = await savedLosses(page);
    const link = (name: string) =>
      page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name });
    await link("What it does").click();
    await page.getByRole("heading", { level: 1, name: "What it does" }).waitFor();
    await page.goBack();
    await ready(page);
    expect(await savedLosses(page)).toEqual(before);
  });
});

describe("pictures", () => {
  it("that are drawn with the mouse are classified: a 1 is a 1", async () => {
    const page = await lab.open("#/train");
    await ready(page);
    await train(page, 200);
    await ready(page);
    await draw(page, [
      [0.52, 0.15],
      [0.48, 0.85],
    ]);
    const verdict = page.getByRole("article", { name: "Network B" });
    await verdict.locator("strong").filter({ hasText: /^1$/ }).waitFor();
    await page.getByRole("img", { name: "Your drawing as the networks see it" }).waitFor();
    expect(await verdict.getByRole("img", { name: /Hidden layer \d: \d+% on/ }).count()).toBe(3);
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByText("test image 1:").waitFor();
  });

  it("of the test images are there for the keyboard, with what they are", async () => {
    const page = await lab.open(`#/train?${small}`);
    await ready(page);
    await page.getByRole("img", { name: "Test image 1: 7" }).waitFor();
    await page.getByRole("button", { name: "Next test image" }).press("Enter");
    await page.getByRole("img", { name: "Test image 2: 2" }).waitFor();
    await page.getByRole("button", { name: "Previous test image" }).press("Enter");
    await page.getByRole("button", { name: "Previous test image" }).press("Enter");
    await page.getByRole("img", { name: /Test image 10000: \d/ }).waitFor();
  });

  it("of clothes have the names of clothes", async () => {
    const page = await lab.open(`#/train?${small}&dataset=fashion-mnist`);
    await ready(page);
    await page.getByRole("article", { name: "Network A" }).getByText("Sneaker").first().waitFor();
    await page.getByRole("img", { name: "Test image 1: Ankle boot" }).waitFor();
  });
});

describe("the page", () => {
  const views = ["Training against inference", "Pre-activations", "Gradients", "Gamma and beta", "Weights"];

  it.each([
    ["wide and light", {}],
    ["narrow and dark", { width: 390, height: 844, dark: true }],
  ])("%s can be used by everyone, whatever it shows", async (_, view) => {
    const page = await lab.open(`#/train?${small}&networks=4&placement=none,before,after,input`, view);
    await ready(page);
    await train(page, 10);
    await ready(page);
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    for (const name of views) {
      await page.getByRole("button", { name, exact: true }).click();
      await page.locator("figure svg").first().waitFor();
      await expectNoSidewaysScroll(page);
    }
    await expectAccessible(page);
  });

  it("is started and paused by the keyboard, with the focus staying there", async () => {
    const page = await lab.open(`#/train?${small}`);
    await ready(page);
    await button(page, "Start").focus();
    await page.keyboard.press("Enter");
    await button(page, "Pause").waitFor();
    await page.keyboard.press("Enter");
    await button(page, "Start").waitFor();
    expect(await button(page, "Start").evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it("says what could not be loaded, and loads it when it is reset", async () => {
    const page = await lab.open("#/what-it-does");
    lab.expectProblem(/train-0\.bin|ERR_FAILED/);
    await page.route("**/data/mnist/train-0.bin", (route) => route.abort("failed"), { times: 1 });
    await page
      .getByRole("navigation", { name: "Pages" })
      .getByRole("link", { name: "Train", exact: true })
      .click();
    await page.getByRole("alert").filter({ hasText: "train-0.bin could not be loaded" }).waitFor();
    await button(page, "Reset").click();
    await ready(page);
    expect(await page.getByRole("alert").count()).toBe(0);
  });
});
