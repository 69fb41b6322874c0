import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { callbacks } from "../callbacks/index.js";
import { readCheckpoint } from "../files/checkpoint.js";
import { layers } from "../layers/index.js";
import { type FitOptions, loadCheckpoint, type Model } from "../model/index.js";
import { optimizers, schedules } from "../optimizers/index.js";
import { rows, tensor } from "../tensor/tensor.js";
import { bitsOf, weightBits } from "../testing/bits.js";
import { clusterNetwork, clusters, quiet } from "../testing/clusters.js";
import { singleThread } from "../testing/single-thread.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import type { Callback } from "./callback.js";
import type { History } from "./progress.js";

const folder = temporaryFolder();
const { x, y } = clusters(130);

/** With everything that keeps state or draws random numbers. Nine steps an epoch, the last of 6 examples. */
function network(optimizer = optimizers.sgd({ learningRate: 0.05, momentum: 0.9 })): Model {
  return clusterNetwork({
    optimizer,
    hidden: [
      layers.dense({ units: 12 }),
      layers.batchNormalization({ momentum: "cumulative" }),
      layers.dropout({ rate: 0.3 }),
      layers.dense({ units: 8 }),
      layers.batchNormalization(),
    ],
  });
}

const options: FitOptions = { epochs: 3, batchSize: 13, validationSplit: 0.1, ...quiet };

/** A crash after some step: the callback that makes the training fail there. */
function crashAfter(step: number): Callback<Model> {
  return {
    interval: 1,
    onStepsEnd(_, { progress }) {
      if (progress.step === step) throw new Error("crash");
    },
  };
}

/** The history without its times. */
const untimed = ({ epochs, ...history }: History) => ({
  ...history,
  epochs: epochs.map(({ seconds, ...epoch }) => epoch),
});

/** Weights, statistics and the optimiser's tensors. */
async function wholeState(model: Model): Promise<Record<string, string>> {
  const path = join(folder, "state.checkpoint");
  await model.saveCheckpoint(path);
  return bitsOf((await readCheckpoint(readFileSync(path))).tensors);
}

async function interrupted(
  model: Model,
  crash: Callback<Model>,
  { before = [], everySteps = 4 }: { before?: Callback<Model>[]; everySteps?: number } = {},
): Promise<Model> {
  const path = join(folder, "interrupted.checkpoint");
  const saving = callbacks.checkpoint({ path, everySteps });
  await expect(model.fit(x, y, { ...options, callbacks: [...before, saving, crash] })).rejects.toThrow(
    "crash",
  );
  return loadCheckpoint(path, { runtime: singleThread });
}

describe("a training resumed from a checkpoint", () => {
  it.each([
    ["momentum", () => optimizers.sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true })],
    [
      "Adam on a schedule",
      () => optimizers.adam({ learningRate: schedules.cosine({ initial: 0.02, steps: 27 }) }),
    ],
    ["RMSProp", () => optimizers.rmsProp({ momentum: 0.5, centered: true, weightDecay: 0.01 })],
  ])("ends with the bits and the history of one that was not interrupted: %s", async (_, optimizer) => {
    const straight = network(optimizer());
    const expected = await straight.fit(x, y, options);
    const resumed = await interrupted(network(optimizer()), crashAfter(15));
    expect(resumed.steps).toBe(12);
    const history = await resumed.resume(x, y, quiet);
    expect(await wholeState(resumed)).toEqual(await wholeState(straight));
    expect(untimed(history)).toEqual(untimed(expected));
    expect(history.epoch).toEqual([1, 2, 3]);
  });

  it.each([
    ["before the first step of an epoch", 11, 100, 9],
    ["after the last step of an epoch, before its validation", 9, 9, 9],
    ["in the first epoch", 5, 2, 4],
    ["in the last epoch", 26, 25, 25],
  ])("does so wherever it stopped: %s", async (_, crash, everySteps, taken) => {
    const straight = network();
    const expected = await straight.fit(x, y, options);
    const resumed = await interrupted(network(), crashAfter(crash), { everySteps });
    expect(resumed.steps).toBe(taken);
    const history = await resumed.resume(x, y, quiet);
    expect(await wholeState(resumed)).toEqual(await wholeState(straight));
    expect(untimed(history)).toEqual(untimed(expected));
  });

  it("does so after two interruptions, and in a second fit of the model", async () => {
    const straight = network();
    await straight.fit(x, y, { ...options, epochs: 1 });
    const expected = await straight.fit(x, y, options);
    const model = network();
    await model.fit(x, y, { ...options, epochs: 1 });
    const once = await interrupted(model, crashAfter(20));
    const path = join(folder, "twice.checkpoint");
    const again = [callbacks.checkpoint({ path, everySteps: 3 }), crashAfter(29)];
    await expect(once.resume(x, y, { callbacks: again, ...quiet })).rejects.toThrow("crash");
    const twice = await loadCheckpoint(path, { runtime: singleThread });
    const history = await twice.resume(x, y, quiet);
    expect(history.epoch).toEqual([2, 3, 4]);
    expect(untimed(history)).toEqual(untimed(expected));
    expect(await wholeState(twice)).toEqual(await wholeState(straight));
  });

  it("has nothing left to do when it was finished, and gives its history", async () => {
    const path = join(folder, "finished.checkpoint");
    const model = network();
    const history = await model.fit(x, y, { ...options, callbacks: [callbacks.checkpoint({ path })] });
    const loaded = await loadCheckpoint(path, { runtime: singleThread });
    const before = await weightBits(loaded);
    expect(untimed(await loaded.resume(x, y, quiet))).toEqual(untimed(history));
    expect(await weightBits(loaded)).toEqual(before);
  });

  it("keeps frozen layers frozen", async () => {
    const straight = network();
    straight.layers[2]!.trainable = false;
    await straight.fit(x, y, options);
    const model = network();
    model.layers[2]!.trainable = false;
    const resumed = await interrupted(model, crashAfter(15));
    expect(resumed.layers[2]!.trainable).toBe(false);
    await resumed.resume(x, y, quiet);
    expect(await wholeState(resumed)).toEqual(await wholeState(straight));
  });

  it("remembers a loss that was infinite", async () => {
    // One target is so far away that its square overflows; with a rate of 0 the other steps do not feel it.
    const targets = tensor(new Float32Array(130 * 3), [130, 3]);
    targets.data[5 * 3] = 1e30;
    const motionless = () =>
      clusterNetwork({
        optimizer: optimizers.sgd({ learningRate: 0 }),
        loss: "meanSquaredError",
        metrics: [],
      });
    const lasting: FitOptions = { ...options, shuffle: false, onNaN: "continue" };
    const straight = await motionless().fit(x, targets, lasting);
    const path = join(folder, "infinite.checkpoint");
    const saving = [callbacks.checkpoint({ path, everySteps: 4 }), crashAfter(6)];
    await expect(motionless().fit(x, targets, { ...lasting, callbacks: saving })).rejects.toThrow("crash");
    const resumed = await loadCheckpoint(path, { runtime: singleThread });
    const history = await resumed.resume(x, targets, { onNaN: "continue", ...quiet });
    expect(history.history.loss![0]).toBe(Number.POSITIVE_INFINITY);
    expect(untimed(history)).toEqual(untimed(straight));
  });

  it("refuses other data than it began with", async () => {
    const resumed = await interrupted(network(), crashAfter(15));
    await expect(resumed.resume(rows(x, 0, 100), rows(y, 0, 100), quiet)).rejects.toThrow(
      "The training that is resumed has 130 examples, got 100. Give the data it began with.",
    );
  });
});

describe("early stopping in a resumed training", () => {
  // The rate is too high to improve for long.
  const restless = () => network(optimizers.adam({ learningRate: 0.1 }));
  const long: FitOptions = { ...options, epochs: 30 };
  const stopping = (restoreBestWeights: boolean) =>
    callbacks.earlyStopping({ patience: 3, restoreBestWeights });

  it.each([
    ["stops at the same epoch, interrupted within one", false, true],
    ["goes back to the same best weights, interrupted within an epoch", true, true],
    ["goes back to the same best weights, interrupted at the end of an epoch", true, false],
  ])("%s", async (_, restoreBestWeights, within) => {
    const straight = restless();
    const expected = await straight.fit(x, y, { ...long, callbacks: [stopping(restoreBestWeights)] });
    expect(expected.stopped).toBe("valLoss has not improved for 3 epochs");
    expect(expected.epoch.length).toBeLessThan(30);
    // Before the end of the best epoch, right after it, and later.
    const best = expected.epochs.at(-4)!.step;
    for (const crash of [best - 5, best, best + 1, best + 20, best + 27]) {
      const path = join(folder, "early.checkpoint");
      const saving = callbacks.checkpoint({ path, ...(within && { everySteps: crash }) });
      for (const savingFirst of [false, true]) {
        const stop = stopping(restoreBestWeights);
        const pair = savingFirst ? [saving, stop] : [stop, saving];
        const fit = restless().fit(x, y, { ...long, callbacks: [...pair, crashAfter(crash)] });
        await expect(fit).rejects.toThrow("crash");
        const resumed = await loadCheckpoint(path, { runtime: singleThread });
        const history = await resumed.resume(x, y, { callbacks: [stopping(restoreBestWeights)], ...quiet });
        const when = `crash after ${crash}, ${savingFirst ? "checkpoint" : "stopping"} first`;
        expect(untimed(history), when).toEqual(untimed(expected));
        expect(await weightBits(resumed), when).toEqual(await weightBits(straight));
      }
    }
  });

  it("stops at once when the checkpoint is of the epoch that it would have stopped after", async () => {
    const path = join(folder, "stopped.checkpoint");
    const model = restless();
    const pair = [callbacks.checkpoint({ path }), stopping(false)];
    const history = await model.fit(x, y, { ...long, callbacks: pair });
    const resumed = await loadCheckpoint(path, { runtime: singleThread });
    expect(untimed(await resumed.resume(x, y, { callbacks: [stopping(false)], ...quiet }))).toEqual(
      untimed(history),
    );
  });
});

describe("a process killed by SIGKILL", () => {
  const script = fileURLToPath(new URL("../testing/interrupted-training.mjs", import.meta.url));
  const built = fileURLToPath(new URL("../../dist/index.js", import.meta.url));

  /** Runs the training; kills it once it has taken so many steps. @returns what it printed. */
  async function train(where: string, killAt = Number.POSITIVE_INFINITY): Promise<string[]> {
    expect(existsSync(built), "the library must be built: npm run build").toBe(true);
    const child = spawn(process.execPath, [script, where], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(child, "exit");
    const lines: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      lines.push(line);
      if (line.startsWith("step ") && Number(line.slice(5)) >= killAt) child.kill("SIGKILL");
    }
    const [code, signal] = await ended;
    expect([code, signal]).toEqual(killAt === Number.POSITIVE_INFINITY ? [0, null] : [null, "SIGKILL"]);
    return lines;
  }

  it("in the middle of a training loses nothing: resumed twice, the final weights are identical", async () => {
    const [whole, killed] = [join(folder, "whole"), join(folder, "killed")];
    for (const path of [whole, killed]) mkdirSync(path);
    await train(whole);
    await train(killed, 60);
    const second = await train(killed, 120);
    expect(existsSync(join(killed, "final.onnx"))).toBe(false);
    const third = await train(killed);
    const resumedAt = [second, third].map((lines) => Number(/^resumed (\d+)$/.exec(lines[0]!)![1]));
    expect(resumedAt[0]).toBeGreaterThanOrEqual(60);
    expect(resumedAt[1]).toBeGreaterThanOrEqual(120);
    expect(resumedAt[1]).toBeLessThan(232);
    const [expected, found] = [whole, killed].map((path) => readFileSync(join(path, "final.onnx")));
    expect(found!.equals(expected!)).toBe(true);
    // The checkpoint itself is whole; at most temporary files of the killed writes are left.
    expect(readdirSync(killed).filter((name) => !name.endsWith(".tmp"))).toEqual([
      "final.onnx",
      "training.checkpoint",
    ]);
  });
});
