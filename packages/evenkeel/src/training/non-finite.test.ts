import { describe, expect, it, vi } from "vitest";
import { layers } from "../layers/index.js";
import { type FitOptions, type Model, sequential } from "../model/index.js";
import { optimizers, schedules } from "../optimizers/index.js";
import { rows, tensor } from "../tensor/tensor.js";
import { weightBits } from "../testing/bits.js";
import { clusterNetwork, clusters, quiet } from "../testing/clusters.js";
import { singleThread } from "../testing/single-thread.js";
import type { Callback } from "./callback.js";
import { NonFiniteLossError, type NonFiniteReport } from "./non-finite.js";
import type { StepLogs } from "./progress.js";

const { x, y } = clusters(80);

/** Eight steps an epoch; the rate explodes at the 13th step, so that the 14th has no finite loss. */
function explosive(): Model {
  const hidden = [layers.dense({ units: 8, name: "hidden" })];
  const learningRate = schedules.step({ initial: 0.01, every: 12, factor: 1e38 });
  return clusterNetwork({ hidden, optimizer: optimizers.sgd({ learningRate }) });
}
const options: FitOptions = { epochs: 4, batchSize: 10, ...quiet };

async function failureOf(fit: Promise<unknown>): Promise<NonFiniteLossError> {
  const failure = await fit.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(NonFiniteLossError);
  return failure as NonFiniteLossError;
}

/** The bits of a model that was stopped after some step. */
async function stoppedAfter(step: number): Promise<Record<string, string>> {
  const model = explosive();
  const callback: Callback<Model> = {
    interval: 1,
    onStepsEnd: (_, { progress, stop }) => (progress.step === step ? stop("here") : undefined),
  };
  await model.fit(x, y, { ...options, callbacks: [callback], onNaN: "continue" });
  expect(model.steps).toBe(step);
  return weightBits(model);
}

describe("a loss that is no number any more", () => {
  it("stops the training with an error that names step, epoch and layer, and what helps", async () => {
    const { report, message } = await failureOf(explosive().fit(x, y, options));
    expect(report).toMatchObject({ step: 14, epoch: 2, layer: "output" });
    expect(Number.isFinite(report.loss)).toBe(false);
    expect(message).toMatch(
      /^The loss became (NaN|infinite) at step 14 \(epoch 2\): layer "output" is the first whose output is not finite: \d+ values are NaN or infinite\. The model holds its weights from before this step\. A smaller learning rate, /,
    );
  });

  it.each([1, 3, 5, 100])(
    "leaves the weights from before that step, in runs of %i steps",
    async (interval) => {
      const model = explosive();
      const steps: StepLogs[] = [];
      const collect: Callback<Model> = { interval, onStepsEnd: (taken) => void steps.push(...taken) };
      await failureOf(model.fit(x, y, { ...options, callbacks: [collect] }));
      expect(await weightBits(model)).toEqual(await stoppedAfter(13));
      expect(model.steps).toBe(13);
      expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
      expect(steps.every(({ logs }) => Number.isFinite(logs.loss))).toBe(true);
    },
  );

  it("ends the training without an error with onNaN stop, and the history says why", async () => {
    const model = explosive();
    const history = await model.fit(x, y, { ...options, onNaN: "stop" });
    expect(history.stopped).toMatch(/at step 14 \(epoch 2\): layer "output"/);
    expect(history.epoch).toEqual([1]);
    expect(await weightBits(model)).toEqual(await stoppedAfter(13));
  });

  it("is lived with with onNaN continue", async () => {
    const model = explosive();
    const history = await model.fit(x, y, { ...options, onNaN: "continue" });
    expect(history.stopped).toBeUndefined();
    expect(history.history.loss!.map(Number.isFinite)).toEqual([true, false, false, false]);
    expect(model.steps).toBe(32);
  });

  it.each([1, 3, 100])("is reported to a function at every step, in runs of %i steps", async (interval) => {
    const reports: NonFiniteReport[] = [];
    const onNaN = vi.fn((report: NonFiniteReport) => {
      reports.push(report);
      return report.step < 18 ? ("continue" as const) : ("stop" as const);
    });
    const model = explosive();
    const history = await model.fit(x, y, { ...options, onNaN, callbacks: [{ interval }] });
    expect(reports.map(({ step }) => step)).toEqual([14, 15, 16, 17, 18]);
    expect(history.stopped).toContain("at step 18 (epoch 3)");
    expect(model.steps).toBe(17);
    expect(await weightBits(model)).toEqual(await stoppedAfter(17));
  });

  it("throws when the function says so", async () => {
    const { report } = await failureOf(explosive().fit(x, y, { ...options, onNaN: () => "throw" }));
    expect(report.step).toBe(14);
  });

  it("is also an update that ruins the weights, in the last step of all", async () => {
    const learningRate = schedules.step({ initial: 0.01, every: 15, factor: 1e300 });
    const model = clusterNetwork({ optimizer: optimizers.sgd({ learningRate }) });
    let atFifteen: Record<string, string> | undefined;
    const watch = {
      interval: 15,
      async onStepsEnd(steps: readonly StepLogs[]) {
        if (steps.at(-1)!.step === 15) atFifteen = await weightBits(model);
      },
    };
    const failure = await failureOf(model.fit(x, y, { ...options, epochs: 2, callbacks: [watch] }));
    expect(failure.message).toMatch(
      /^Step 16 \(epoch 2\) made weights NaN or infinite, with a loss of still \d/,
    );
    expect(Number.isFinite(failure.report.loss)).toBe(true);
    expect(model.steps).toBe(15);
    expect(await weightBits(model)).toEqual(atFifteen);
  });

  it("asks a function that answers nothing no second time", async () => {
    const asked: number[] = [];
    const onNaN = (({ step }: NonFiniteReport) => void asked.push(step)) as unknown as FitOptions["onNaN"];
    await expect(explosive().fit(x, y, { ...options, onNaN })).rejects.toThrow(
      'onNaN must return "throw", "stop" or "continue", got undefined.',
    );
    expect(asked).toEqual([14]);
  });

  it("goes on bit for bit when a function lets it continue", async () => {
    const [asked, unasked] = [explosive(), explosive()];
    await asked.fit(x, y, { ...options, onNaN: () => "continue" });
    await unasked.fit(x, y, { ...options, onNaN: "continue" });
    expect(await weightBits(asked)).toEqual(await weightBits(unasked));
  });
});

describe("where the loss stopped being a number", () => {
  const inPlace = (values: Float32Array, place: number) => {
    const copy = values.slice();
    copy[place] = Number.NaN;
    return copy;
  };

  it("is the batch's examples, when one of them is NaN", async () => {
    const bad = tensor(inPlace(x.data, 31 * 6 + 2), x.shape);
    const { report, message } = await failureOf(clusterNetwork().fit(bad, y, { ...options, shuffle: false }));
    expect(report).toMatchObject({ step: 4, layer: undefined });
    expect(message).toContain("in the batch's examples, 1 value is NaN or infinite.");
  });

  it("is the batch's targets, when one of them is NaN", async () => {
    const model = sequential([layers.dense({ inputShape: [6], units: 1 })], { runtime: singleThread });
    model.compile({ loss: "meanSquaredError" });
    const targets = tensor(inPlace(new Float32Array(80), 25), [80, 1]);
    const { report, message } = await failureOf(model.fit(x, targets, { ...options, shuffle: false }));
    expect(report).toMatchObject({ step: 3, layer: undefined });
    expect(message).toContain("in the batch's targets, 1 value is NaN or infinite.");
  });

  it("is a weight, when one was set to NaN", async () => {
    const model = clusterNetwork();
    const kernel = (await model.getWeights()).get("output/kernel")!;
    await model.setWeights({
      "output/kernel": { ...kernel, data: inPlace(kernel.data as Float32Array, 4) } as typeof kernel,
    });
    const { report, message } = await failureOf(model.fit(x, y, options));
    expect(report).toMatchObject({ step: 1, epoch: 1, layer: "output" });
    expect(message).toContain(
      'in the weight "output/kernel", 1 value is NaN or infinite since the step before.',
    );
  });

  it("is the layer whose output overflows first", async () => {
    const model = clusterNetwork({
      hidden: [
        layers.dense({ units: 4, name: "first" }),
        layers.rescaling({ scale: 1e30, name: "second" }),
        layers.rescaling({ scale: 1e30, name: "third" }),
      ],
    });
    const { report } = await failureOf(model.fit(x, y, options));
    expect(report).toMatchObject({ step: 1, layer: "third" });
  });

  it("is the loss itself, when only its square overflows", async () => {
    const model = sequential(
      [layers.dense({ inputShape: [6], units: 1, name: "only", kernelInitializer: "zeros" })],
      { runtime: singleThread },
    );
    model.compile({ loss: "meanSquaredError" });
    const { report, message } = await failureOf(
      model.fit(rows(x, 0, 10), tensor(new Float32Array(10).fill(1e30), [10, 1]), quiet),
    );
    expect(report).toMatchObject({ step: 1, loss: Number.POSITIVE_INFINITY });
    expect(message).toMatch(
      /The loss became infinite at step 1 \(epoch 1\): every layer's output and every gradient is finite/,
    );
  });
});
