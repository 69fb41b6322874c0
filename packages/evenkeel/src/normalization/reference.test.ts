import { describe, expect, it } from "vitest";
import { layers } from "../layers/index.js";
import { type Tensor, tensor } from "../tensor/tensor.js";
import { evaluate } from "../testing/evaluate.js";
import { expectClose } from "../testing/expect-close.js";
import { golden } from "../testing/golden.js";
import { runLayer } from "../testing/run-layer.js";
import { normalizeByBatch } from "./index.js";

/** A case of tools/golden/batch_normalization.py: PyTorch in float64. */
interface Case {
  name: string;
  shape: number[];
  epsilon: number;
  momentum: number | "cumulative";
  center: boolean;
  scale: boolean;
  runningVarianceEstimate: "biased" | "unbiased";
  gamma: number[];
  beta: number[];
  initialRunningMean: number[];
  initialRunningVariance: number[];
  outputGradient: number[];
  batches: number[][];
  batchMean: number[];
  batchVariance: number[];
  output: number[];
  inputGradient: number[];
  gammaGradient: number[] | null;
  betaGradient: number[] | null;
  runningMeanAfter1: number[];
  runningVarianceAfter1: number[];
  runningMeanAfter3: number[];
  runningVarianceAfter3: number[];
  inferenceOutput: number[];
}

const { cases } = golden<{ cases: Case[] }>("batch-normalization.json");

/**
 * The error allowed, as a share of the largest number that goes into a result: 16 roundings of float32
 * (6e-8 each). With a mean of 10,000 and a deviation of 0.1, a plain float32 run is off by 0.03 (PyTorch's,
 * see `float32Error`), which is 10,000 times as much.
 */
const tolerance = 1e-6;

/** Operators in elementary form run on every device; `[N, C]` never takes the one of ONNX Runtime. */
const formulations = [
  { formulation: "elementary", device: "elsewhere", shapeOf: (shape: number[]) => shape },
  {
    formulation: "operator",
    device: "cpu",
    shapeOf: (shape: number[]) => (shape.length > 2 ? shape : [...shape, 1]),
  },
];

describe.each(formulations)("batch normalization by the $formulation formulation", ({ device, shapeOf }) => {
  describe.each(cases)("$name", (example) => {
    const shape = shapeOf(example.shape);
    const channels = example.shape[1]!;
    const values = (data: number[], of: number[] = [channels]) => tensor(Float32Array.from(data), of);
    const { epsilon, momentum, center, scale } = example;
    const layer = () =>
      layers.batchNormalization({
        name: "norm",
        epsilon,
        momentum,
        center,
        scale,
        runningVariance: example.runningVarianceEstimate,
      });
    const affine = { gamma: values(example.gamma), beta: values(example.beta) };
    const largestX = largest(example.batches.flat());
    const largestG = largest(example.outputGradient);
    const largestFactor = largest(
      example.gamma.map((gamma, channel) => gamma / Math.sqrt(example.batchVariance[channel]! + epsilon)),
    );

    it("gives PyTorch's output and gradients", async () => {
      const { output, inputGradient, weightGradients } = await runLayer(layer(), {
        input: values(example.batches[0]!, shape),
        weights: affine,
        outputGradient: values(example.outputGradient, shape),
        device,
      });
      expectClose(output, example.output, { absolute: tolerance * largest(example.output) });
      expectClose(inputGradient, example.inputGradient, { absolute: tolerance * largestFactor * largestG });
      const valuesEach = example.batches[0]!.length / channels;
      const sums = { absolute: tolerance * largestG * valuesEach };
      expect(Object.keys(weightGradients)).toEqual([
        ...(scale ? ["gamma"] : []),
        ...(center ? ["beta"] : []),
      ]);
      if (example.gammaGradient) expectClose(weightGradients.gamma!, example.gammaGradient, sums);
      if (example.betaGradient) expectClose(weightGradients.beta!, example.betaGradient, sums);
    });

    it("gives the batch's mean and biased variance", async () => {
      const [mean, variance] = await evaluate(
        (_, { x, gamma, beta }) => {
          const batch = normalizeByBatch(x, { gamma, beta }, { axis: 1, epsilon, device });
          return [batch.mean, batch.variance];
        },
        { x: values(example.batches[0]!, shape), ...affine },
      );
      expectClose(mean!, example.batchMean, { absolute: tolerance * largestX });
      // A constant feature's variance is what rounding leaves of its values, squared.
      const nothing = (tolerance * Math.min(1, largestX)) ** 2;
      expectClose(variance!, example.batchVariance, { absolute: nothing, relative: 2 * tolerance });
    });

    it("moves the running statistics as PyTorch does", async () => {
      let statistics: Readonly<Record<string, Tensor<"float32">>> = {
        runningMean: values(example.initialRunningMean),
        runningVariance: values(example.initialRunningVariance),
        batchesSeen: tensor(Float32Array.of(0), []),
      };
      for (const [index, batch] of example.batches.entries()) {
        const { updates } = await runLayer(layer(), {
          input: values(batch, shape),
          weights: { ...affine, ...statistics },
          device,
        });
        statistics = updates;
        if (index === 1) continue;
        const [mean, variance] =
          index === 0
            ? [example.runningMeanAfter1, example.runningVarianceAfter1]
            : [example.runningMeanAfter3, example.runningVarianceAfter3];
        expectClose(updates.runningMean!, mean, { absolute: tolerance * largestX });
        expectClose(updates.runningVariance!, variance, { relative: 2 * tolerance, absolute: 1e-12 });
      }
      expect(Object.keys(statistics)).toEqual([
        "runningMean",
        "runningVariance",
        ...(momentum === "cumulative" ? ["batchesSeen"] : []),
      ]);
      if (momentum === "cumulative") expect(statistics.batchesSeen!.data[0]).toBe(3);
    });

    it("normalises by the running statistics at inference", async () => {
      const { output, updates } = await runLayer(layer(), {
        input: values(example.batches[0]!, shape),
        weights: {
          ...affine,
          runningMean: values(example.runningMeanAfter3),
          runningVariance: values(example.runningVarianceAfter3),
        },
        training: false,
        device,
      });
      const factor = largest(
        example.gamma.map(
          (gamma, channel) => gamma / Math.sqrt(example.runningVarianceAfter3[channel]! + epsilon),
        ),
      );
      expectClose(output, example.inferenceOutput, {
        absolute: tolerance * (factor * largestX + largest(example.beta)),
      });
      expect(updates).toEqual({});
    });
  });
});

function largest(numbers: readonly number[]): number {
  return Math.max(...numbers.map(Math.abs));
}
