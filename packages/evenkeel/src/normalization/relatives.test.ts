import { describe, expect, it } from "vitest";
import { gradients } from "../autodiff/index.js";
import { mul, reduceSum } from "../graph/index.js";
import { restoreLayer } from "../layers/index.js";
import { type Tensor, tensor } from "../tensor/tensor.js";
import { evaluate } from "../testing/evaluate.js";
import { expectClose } from "../testing/expect-close.js";
import { golden } from "../testing/golden.js";
import { runLayer } from "../testing/run-layer.js";
import { standardizedKernel } from "./index.js";

/** What a layer gives for an input, in training. */
interface Step {
  input: number[];
  output: number[];
  inputGradient: number[];
  gammaGradient: number[] | null;
  betaGradient: number[] | null;
}

interface Case {
  name: string;
  layer: string;
  options: Record<string, unknown>;
  shape: number[];
  gamma: number[];
  beta: number[];
  outputGradient: number[];
}

/** Cases of tools/golden/normalization.py: PyTorch in float64. */
const { perExample, byBatch, kernels } = golden<{
  perExample: (Case & Step)[];
  byBatch: (Case & {
    initialRunningMean: number[];
    initialRunningVariance: number[];
    steps: (Step & { runningMean: number[]; runningVariance: number[] | null })[];
    inferenceOutput: number[];
  })[];
  kernels: {
    layer: string;
    shape: number[];
    epsilon: number;
    kernel: number[];
    outputGradient: number[];
    output: number[];
    kernelGradient: number[];
  }[];
}>("normalization.json");

/** 16 roundings of float32, 6e-8 each, as a share of the largest number that goes into a result. */
const tolerance = 1e-6;

/** ONNX Runtime's operator where the formulation takes it, and elementary operations. */
const devices = ["cpu", "elsewhere"];

const titled = <T extends Case>(cases: readonly T[]) =>
  cases.map(
    (example) => [`${example.name} ${JSON.stringify(example.options)}, [${example.shape}]`, example] as const,
  );

describe.each(devices)("on the device %s", (device) => {
  it.each(titled(perExample))("%s", async (_, example) => {
    const { layer, options, shape, output } = example;
    const run = await runLayer(restoreLayer(layer, options), {
      input: values(example.input, shape),
      weights: affineOf(example),
      outputGradient: values(example.outputGradient, shape),
      device,
    });
    expectStep(run, example, example);
    const inference = await runLayer(restoreLayer(layer, options), {
      input: values(example.input, shape),
      weights: affineOf(example),
      training: false,
      device,
    });
    expectClose(inference.output, output, { absolute: tolerance * largest(output) });
    expect([run.updates, inference.updates]).toEqual([{}, {}]);
  });

  it.each(titled(byBatch))("%s", async (_, example) => {
    const { layer, options, shape } = example;
    let statistics: Readonly<Record<string, Tensor<"float32">>> = {
      runningMean: values(example.initialRunningMean),
      runningVariance: values(example.initialRunningVariance),
      batchesSeen: tensor(Float32Array.of(0), []),
    };
    for (const step of example.steps) {
      const run = await runLayer(restoreLayer(layer, options), {
        input: values(step.input, shape),
        weights: { ...affineOf(example), ...statistics },
        outputGradient: values(example.outputGradient, shape),
        device,
      });
      expectStep(run, step, example);
      const { runningMean, runningVariance, batchesSeen = tensor(Float32Array.of(0), []) } = run.updates;
      expectClose(runningMean!, step.runningMean, { absolute: tolerance * largest(step.input) });
      if (step.runningVariance)
        expectClose(runningVariance!, step.runningVariance, { relative: 2 * tolerance });
      expect(runningVariance === undefined).toBe(step.runningVariance === null);
      statistics = {
        runningMean: runningMean!,
        ...(runningVariance ? { runningVariance } : {}),
        batchesSeen,
      };
    }
    const { output, updates } = await runLayer(restoreLayer(layer, options), {
      input: values(example.steps.at(-1)!.input, shape),
      weights: { ...affineOf(example), ...statistics },
      training: false,
      device,
    });
    expectClose(output, example.inferenceOutput, { absolute: tolerance * largest(example.inferenceOutput) });
    expect(updates).toEqual({});
  });

  it.each(kernels)("weight standardization of a $layer kernel, $shape, epsilon $epsilon", async (example) => {
    const { layer, shape, epsilon } = example;
    const [kernel, toKernel] = await evaluate(
      (_, { kernel, upstream }) => {
        const used = standardizedKernel(kernel, layer === "dense" ? 1 : 0, { epsilon }, device);
        return [used, ...gradients(reduceSum(mul(used, upstream)), [kernel])];
      },
      { kernel: values(example.kernel, shape), upstream: values(example.outputGradient, shape) },
    );
    expectClose(kernel!, example.output, { absolute: tolerance * largest(example.output) });
    expectClose(toKernel!, example.kernelGradient, { absolute: tolerance * largest(example.kernelGradient) });
  });
});

function expectStep(run: Awaited<ReturnType<typeof runLayer>>, step: Step, example: Case): void {
  const { output, inputGradient, gammaGradient, betaGradient } = step;
  expectClose(run.output, output, { absolute: tolerance * largest(output) });
  expectClose(run.inputGradient, inputGradient, { absolute: tolerance * largest(inputGradient) });
  const { gamma, beta } = run.weightGradients;
  expect([gamma === undefined, beta === undefined]).toEqual([gammaGradient === null, betaGradient === null]);
  const valuesEach = step.input.length / example.gamma.length;
  const sums = { absolute: tolerance * largest(example.outputGradient) * valuesEach };
  if (gammaGradient) expectClose(gamma!, gammaGradient, sums);
  if (betaGradient) expectClose(beta!, betaGradient, sums);
}

function affineOf({ gamma, beta }: Case) {
  return { gamma: values(gamma), beta: values(beta) };
}

function values(data: readonly number[], shape: readonly number[] = [data.length]): Tensor<"float32"> {
  return tensor(Float32Array.from(data), shape);
}

function largest(numbers: readonly number[]): number {
  return Math.max(...numbers.map(Math.abs));
}
