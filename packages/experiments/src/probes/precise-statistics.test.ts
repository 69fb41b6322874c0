import { mnist, networks, nodeRuntime, take } from "evenkeel";
import { afterAll, describe, expect, it } from "vitest";
import { inside } from "./inside.js";
import { preciseStatistics, runningStatistics, setRunningStatistics } from "./precise-statistics.js";

const { test } = await mnist();
const batch = take(test, 200);
const normalizations = [1, 2].map((n) => ({ name: `dense_${n}_normalization`, input: `dense_${n}` }));

const model = networks.mlp({
  inputShape: [28, 28],
  units: [6, 5],
  normalization: { type: "batchNormalization", momentum: 0.5 },
  runtime: nodeRuntime({ threads: 1 }),
  seed: 3,
});
model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
afterAll(() => model.dispose());

describe("exact statistics", () => {
  it("are the batch's own where there is one batch, and make inference what training mode is", async () => {
    const precise = await preciseStatistics(model, batch, { batchSize: 200, normalizations });
    const { moments } = await inside(model, batch, { moments: ["dense_1", "dense_2"] });
    for (const { name, input } of normalizations) {
      for (const [channel, mean] of moments[input]!.mean.entries()) {
        expect(precise.get(name)!.mean[channel]).toBeCloseTo(mean, 8);
        expect(precise.get(name)!.variance[channel]! / moments[input]!.variance[channel]!).toBeCloseTo(1, 6);
      }
    }
    await setRunningStatistics(model, precise);
    const running = await runningStatistics(model, normalizations);
    const { mean, variance } = precise.get("dense_2_normalization")!;
    expect(running.get("dense_2_normalization")).toEqual({
      mean: mean.map(Math.fround),
      variance: variance.map(Math.fround),
    });
    const training = await model.inspect(batch.x, batch.y);
    const inference = await model.evaluate(batch.x, batch.y);
    expect(inference.loss! / training.measures.loss!).toBeCloseTo(1, 4);
  });

  it("of many batches are those of all examples, whose means differ from batch to batch", async () => {
    // What the first normalization takes does not depend on how the examples are cut into batches.
    const [first] = normalizations;
    const precise = await preciseStatistics(model, batch, { batchSize: 40, normalizations: [first!] });
    const { moments } = await inside(model, batch, { moments: ["dense_1"] });
    const { mean, variance } = precise.get("dense_1_normalization")!;
    for (const [channel, value] of moments.dense_1!.mean.entries()) {
      expect(mean[channel]).toBeCloseTo(value, 4);
      expect(variance[channel]! / moments.dense_1!.variance[channel]!).toBeCloseTo(1, 5);
    }
  });

  it("leave out examples that fill no batch, and are refused where none is filled", async () => {
    const whole = await preciseStatistics(model, take(test, 160), { batchSize: 80, normalizations });
    expect(await preciseStatistics(model, batch, { batchSize: 80, normalizations })).toEqual(whole);
    await expect(preciseStatistics(model, batch, { batchSize: 201, normalizations })).rejects.toThrow(
      new RangeError(`${batch.name} has 200 examples, which do not fill a batch of 201.`),
    );
  });
});
