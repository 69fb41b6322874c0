import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type FitOptions, loadCheckpoint, type Model } from "../model/index.js";
import { optimizers } from "../optimizers/index.js";
import { weightBits } from "../testing/bits.js";
import { clusterNetwork, clusters, quiet } from "../testing/clusters.js";
import { singleThread } from "../testing/single-thread.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import type { Callback } from "../training/callback.js";
import type { StepLogs } from "../training/progress.js";
import { callbacks, type EarlyStoppingOptions } from "./index.js";

const folder = temporaryFolder();
const { x, y } = clusters(100);
const options: FitOptions = { epochs: 20, batchSize: 25, ...quiet };

/** Makes a training report given values, one for each epoch, under a name. */
function reporting(name: string, values: readonly number[]): Callback<Model> {
  return {
    onEpochEnd({ epoch, logs }) {
      logs[name] = values[epoch - 1]!;
    },
  };
}

describe("earlyStopping", () => {
  async function epochsWith(
    values: readonly number[],
    stopping: EarlyStoppingOptions,
    model = clusterNetwork(),
  ) {
    const name = stopping.monitor ?? "valLoss";
    const list = [reporting(name, values), callbacks.earlyStopping(stopping)];
    return model.fit(x, y, { ...options, epochs: values.length, callbacks: list });
  }

  it.each<[string, number[], EarlyStoppingOptions, number]>([
    ["stops at the first epoch without improvement by default", [5, 4, 3, 3, 2, 1], {}, 4],
    ["bears as many as its patience", [5, 6, 7, 4, 6, 7, 8, 1], { patience: 3 }, 7],
    [
      "counts a change within minDelta as none",
      [5, 4.95, 4.91, 4.89, 4.88],
      { minDelta: 0.1, patience: 2 },
      3,
    ],
    ["takes larger accuracies for better", [0.1, 0.2, 0.3, 0.2, 0.9], { monitor: "valAccuracy" }, 4],
    ["takes larger shares of the top for better", [0.1, 0.2, 0.1, 0.9], { monitor: "top5" }, 3],
    ["takes the mode that is given", [1, 2, 3, 1, 9], { monitor: "score", mode: "max" }, 4],
    ["takes smaller values of other names for better", [3, 2, 3, 1], { monitor: "score" }, 3],
    ["takes a value that is no number for no improvement", [3, Number.NaN, 2, 1], { patience: 2 }, 4],
    ["lets a training run that improves", [5, 4, 3, 2, 1], {}, 5],
  ])("%s", async (_, values, stopping, epochs) => {
    const { epoch, stopped } = await epochsWith(values, stopping);
    expect(epoch).toHaveLength(epochs);
    if (epochs === values.length) expect(stopped).toBeUndefined();
    else
      expect(stopped).toMatch(
        new RegExp(`^${stopping.monitor ?? "valLoss"} has not improved for \\d epochs?$`),
      );
  });

  it("watches the loss of the validation data", async () => {
    const { history, stopped } = await clusterNetwork({
      optimizer: optimizers.adam({ learningRate: 0.1 }),
    }).fit(x, y, {
      ...options,
      epochs: 60,
      validationSplit: 0.3,
      callbacks: [callbacks.earlyStopping({ patience: 4 })],
    });
    const values = history.valLoss!;
    expect(stopped).toBe("valLoss has not improved for 4 epochs");
    expect(values.indexOf(Math.min(...values))).toBe(values.length - 5);
  });

  it("keeps the last weights, or goes back to those of the best epoch", async () => {
    const values = [5, 3, 4, 4];
    const bits: Record<string, string>[] = [];
    const snapshots = clusterNetwork();
    await snapshots.fit(x, y, {
      ...options,
      epochs: 4,
      callbacks: [{ onEpochEnd: async (_, { model }) => void bits.push(await weightBits(model)) }],
    });
    const [last, best] = [clusterNetwork(), clusterNetwork()];
    await epochsWith(values, { patience: 2 }, last);
    await epochsWith(values, { patience: 2, restoreBestWeights: true }, best);
    expect(await weightBits(last)).toEqual(bits[3]);
    expect(await weightBits(best)).toEqual(bits[1]);
  });

  it("goes back to the best epoch also when the training ends by itself", async () => {
    const [model, short] = [clusterNetwork(), clusterNetwork()];
    await epochsWith([5, 3, 4], { patience: 9, restoreBestWeights: true }, model);
    await short.fit(x, y, { ...options, epochs: 2 });
    expect(await weightBits(model)).toEqual(await weightBits(short));
  });

  it("begins afresh in another fit", async () => {
    const model = clusterNetwork();
    const stopping = callbacks.earlyStopping({ patience: 2, restoreBestWeights: true });
    const fit = (offset: number, values: readonly number[]) =>
      model.fit(x, y, {
        ...options,
        epochs: values.length,
        callbacks: [reporting("valLoss", [...new Array<number>(offset).fill(0), ...values]), stopping],
      });
    expect((await fit(0, [1, 2, 2, 2])).epoch).toEqual([1, 2, 3]);
    expect((await fit(3, [9, 8, 7, 8, 8, 8])).epoch).toEqual([4, 5, 6, 7, 8]);
  });

  it("says what there is to watch when its measure is missing", async () => {
    await expect(
      clusterNetwork().fit(x, y, { ...options, callbacks: [callbacks.earlyStopping()] }),
    ).rejects.toThrow(
      'earlyStopping watches "valLoss", which this training does not have. It has: loss, accuracy.',
    );
  });
});

describe("logs in files", () => {
  /** The epochs' times differ from run to run. */
  const rowsOf = (text: string) =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => line.split(","));

  it("as CSV hold a header and a line for each epoch", async () => {
    const path = join(folder, "new folder", "log.csv");
    const history = await clusterNetwork().fit(x, y, {
      ...options,
      epochs: 3,
      validationSplit: 0.2,
      callbacks: [callbacks.csvLogger({ path })],
    });
    const [head, ...lines] = rowsOf(readFileSync(path, "utf8"));
    expect(head).toEqual(["epoch", "step", "seconds", "loss", "accuracy", "valLoss", "valAccuracy"]);
    expect(lines.map((line) => line.map(Number))).toEqual(
      history.epochs.map(({ epoch, step, seconds, logs }) => [
        epoch,
        step,
        seconds,
        ...["loss", "accuracy", "valLoss", "valAccuracy"].map((name) => logs[name]!),
      ]),
    );
  });

  it("as JSONL hold a line for each step and each epoch", async () => {
    const path = join(folder, "log.jsonl");
    const steps: StepLogs[] = [];
    const collect: Callback<Model> = { onStepsEnd: (taken) => void steps.push(...taken) };
    const history = await clusterNetwork().fit(x, y, {
      ...options,
      epochs: 2,
      callbacks: [callbacks.jsonlLogger({ path }), collect],
    });
    const lines = readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const line = (kind: string, { logs, ...rest }: { logs: object }) => ({ kind, ...rest, ...logs });
    expect(lines).toEqual(
      [1, 2].flatMap((epoch) => [
        ...steps.filter((step) => step.epoch === epoch).map((step) => line("step", step)),
        line("epoch", history.epochs[epoch - 1]!),
      ]),
    );
    expect(lines[0]).toMatchObject({
      kind: "step",
      step: 1,
      epoch: 1,
      batchSize: 25,
      loss: expect.any(Number),
    });
  });

  it("as JSONL can leave the steps out", async () => {
    const path = join(folder, "epochs.jsonl");
    await clusterNetwork().fit(x, y, {
      ...options,
      epochs: 2,
      callbacks: [callbacks.jsonlLogger({ path, steps: false })],
    });
    const kinds = readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).kind);
    expect(kinds).toEqual(["epoch", "epoch"]);
  });

  it("are replaced, or added to when asked, with one header", async () => {
    for (const append of [false, true]) {
      const path = join(folder, `append-${append}.csv`);
      const model = clusterNetwork();
      for (let time = 0; time < 2; time++) {
        await model.fit(x, y, { ...options, epochs: 2, callbacks: [callbacks.csvLogger({ path, append })] });
      }
      const epochs = rowsOf(readFileSync(path, "utf8")).map(([epoch]) => epoch);
      expect(epochs).toEqual(append ? ["epoch", "1", "2", "3", "4"] : ["epoch", "3", "4"]);
    }
  });

  it("hold what was finished before a training failed", async () => {
    const path = join(folder, "failed.csv");
    const failing: Callback<Model> = {
      onEpochBegin(epoch) {
        if (epoch === 3) throw new Error("crash");
      },
    };
    const fit = clusterNetwork().fit(x, y, {
      ...options,
      callbacks: [callbacks.csvLogger({ path }), failing],
    });
    await expect(fit).rejects.toThrow("crash");
    expect(rowsOf(readFileSync(path, "utf8")).map(([epoch]) => epoch)).toEqual(["epoch", "1", "2"]);
  });

  it.each(["csvLogger", "jsonlLogger"] as const)(
    "that cannot be written make the training fail, by %s",
    async (logger) => {
      const occupied = join(folder, `occupied by ${logger}`);
      mkdirSync(occupied);
      const model = clusterNetwork();
      await expect(
        model.fit(x, y, { ...options, callbacks: [callbacks[logger]({ path: occupied })] }),
      ).rejects.toThrow(occupied);
      expect(model.steps).toBe(0);
    },
  );
});

describe("checkpoint", () => {
  it("writes after every epoch, and after every so many steps when asked", async () => {
    for (const everySteps of [undefined, 3]) {
      const path = join(folder, `every ${everySteps}.checkpoint`);
      const seen: number[] = [];
      const look: Callback<Model> = {
        interval: 1,
        async onStepsEnd() {
          seen.push(existsSync(path) ? (await loadCheckpoint(path, { runtime: singleThread })).steps : 0);
        },
      };
      await clusterNetwork().fit(x, y, {
        ...options,
        epochs: 2,
        callbacks: [callbacks.checkpoint({ path, everySteps }), look],
      });
      expect(seen).toEqual(everySteps ? [0, 0, 3, 3, 4, 6, 6, 6] : [0, 0, 0, 0, 4, 4, 4, 4]);
    }
  });

  it("takes a whole number of steps only", async () => {
    for (const everySteps of [0, -1, 2.5]) {
      const path = join(folder, "never.checkpoint");
      const fit = clusterNetwork().fit(x, y, {
        ...options,
        callbacks: [callbacks.checkpoint({ path, everySteps })],
      });
      await expect(fit).rejects.toThrow(`must be a whole number of at least 1, got ${everySteps}.`);
    }
  });

  it("that cannot be written makes the training fail and leaves what stands there", async () => {
    const path = join(folder, "occupied.checkpoint");
    mkdirSync(path);
    writeFileSync(join(path, "inside"), "mine");
    const fit = clusterNetwork().fit(x, y, { ...options, callbacks: [callbacks.checkpoint({ path })] });
    await expect(fit).rejects.toThrow(`Cannot write "${path}": it is a folder.`);
    expect(readFileSync(join(path, "inside"), "utf8")).toBe("mine");
  });
});

describe("progress", () => {
  async function shownOn(isTTY: boolean): Promise<string> {
    let text = "";
    const write = (piece: string) => {
      text += piece;
    };
    const stream = { write, isTTY, columns: 60 };
    await clusterNetwork().fit(x, y, { ...options, epochs: 2, callbacks: [callbacks.progress({ stream })] });
    return text;
  }

  it("is one line for each epoch where the output is no terminal", async () => {
    const lines = (await shownOn(false)).split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^epoch 1\/2 {2}\d\.\d\d s {2}loss \d\.\d+ {2}accuracy 0\.\d+$/);
    expect(lines[1]).toMatch(/^epoch 2\/2 /);
  });

  it("is one line that is written again on a terminal, never wider than it", async () => {
    const text = await shownOn(true);
    const rewritten = text.split("\r\u001b[2K").filter((part) => part !== "" && !part.endsWith("\n"));
    expect(rewritten.length).toBeGreaterThan(1);
    for (const part of rewritten) expect(part.length).toBeLessThan(60);
    expect(rewritten.at(-1)).toMatch(/^epoch 2\/2 {2}100 %/);
  });
});

it("early stopping leaves the weights of an aborted training as they are, for resume to go on from", async () => {
  const callbacksOf = (signal?: AbortController) => [
    reporting("valLoss", [1, 2, 3, 4, 5, 6]),
    callbacks.earlyStopping({ patience: 10, restoreBestWeights: true }),
    {
      interval: 10,
      onStepsEnd: (steps: readonly StepLogs[]) => void (steps.at(-1)!.step === 10 && signal?.abort()),
    },
  ];
  const whole = clusterNetwork();
  await whole.fit(x, y, { ...options, epochs: 6, callbacks: callbacksOf() });
  const model = clusterNetwork();
  const abort = new AbortController();
  await model.fit(x, y, { ...options, epochs: 6, signal: abort.signal, callbacks: callbacksOf(abort) });
  expect(model.steps).toBe(10);
  const path = join(folder, "aborted.checkpoint");
  await model.saveCheckpoint(path);
  const resumed = await loadCheckpoint(path, { runtime: singleThread });
  await resumed.resume(x, y, { callbacks: callbacksOf(), ...quiet });
  expect(await weightBits(resumed)).toEqual(await weightBits(whole));
});
