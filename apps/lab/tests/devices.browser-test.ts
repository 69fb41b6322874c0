import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { openLab } from "./lab.ts";
import { computesOn, isolatedWebAssembly, numbersOf, small, step, train } from "./training.ts";

/** Expects of every network that has trained a loss that is a number. */
async function expectLosses(page: Page): Promise<void> {
  for (const [loss] of await numbersOf(page)) expect(loss).toMatch(/^\d+(\.\d+)?$/);
}

describe("on a page that is isolated", () => {
  const lab = openLab();

  it("WebAssembly has threads, where there are cores for them", async () => {
    const page = await lab.open(`#/train?${small}&device=wasm`);
    expect(await computesOn(page)).toEqual({
      device: await isolatedWebAssembly(page),
      reason: "You chose WebAssembly.",
    });
    await train(page, 10);
    await expectLosses(page);
  });

  it("a browser without WebGPU computes by WebAssembly, and says why", async () => {
    const page = await lab.open(`#/train?${small}`);
    const { device, reason } = await computesOn(page);
    expect(device).toMatch(/^on WebAssembly/);
    expect(reason).toMatch(/WebGPU/);
    await train(page, 10);
    await expectLosses(page);
  });

  it("a graphics card that is imitated in software is not taken, and it is said why", async () => {
    const page = await lab.open(`#/train?${small}`, { webgpu: true });
    const { device, reason } = await computesOn(page);
    expect(device).toMatch(/^on WebAssembly/);
    expect(reason).toMatch(/in software/);
  });

  it("it is taken when it is asked for, and trains", async () => {
    const page = await lab.open(`#/train?${small}&device=webgpu`, { webgpu: true });
    expect(await computesOn(page)).toEqual({ device: "on WebGPU", reason: "You chose WebGPU." });
    await step(page);
    await expectLosses(page);
  });

  it("WebGPU that there is none of is told of, with what to do", async () => {
    const page = await lab.open(`#/train?${small}&device=webgpu`);
    await page.getByRole("alert").filter({ hasText: "Choose WebAssembly" }).waitFor();
    await page.getByLabel("Compute on").selectOption("wasm");
    await train(page, 10);
    await expectLosses(page);
  });
});

describe("on a page that is not isolated", () => {
  const lab = openLab({ withHeaders: false });

  it("WebAssembly has one thread, and trains", async () => {
    const page = await lab.open(`#/train?${small}&device=wasm`);
    expect((await computesOn(page)).device).toBe("on WebAssembly, 1 thread");
    await train(page, 10);
    await expectLosses(page);
  });
});
