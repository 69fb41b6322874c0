import { describe, expect, it } from "vitest";
import type { Model } from "../model/index.js";
import { optimizers } from "../optimizers/index.js";
import { avalanche } from "../random/stream.js";
import { rows, sizeOf, type Tensor, tensor } from "../tensor/tensor.js";
import { golden } from "../testing/golden.js";
import { singleThread } from "../testing/single-thread.js";
import { networks } from "./index.js";

interface Case {
  name: string;
  network: "vgg" | "resNet" | "wideResNet" | "residualMlp";
  options: never;
  batchSize: number;
  learningRate: number;
  /** In the order of their hash streams. */
  kernels: string[];
  losses: number[];
  logits: number[][];
  /** Sum and norm of each weight. */
  final: Record<string, [number, number]>;
}

const { steps, batches, momentum, cases } = golden<{
  steps: number;
  batches: number;
  momentum: number;
  cases: Case[];
}>("networks.json");

/** Relative; PyTorch's own float32 losses are up to 7e-6 from its float64 ones. */
const lossTolerance = 1e-4;

/** Of a weight, as a share of its norm where that is above 1; PyTorch's float32 is up to 1.2e-4 away. */
const weightTolerance = 3e-4;

/** Absolute; PyTorch's float32 is up to 6e-4 away. */
const logitTolerance = 2e-3;

describe.each(cases)("20 steps as in PyTorch: $name", (reference) => {
  it("agrees in losses, in weights and running statistics after them, and at inference", async () => {
    const model = await begun(reference);
    const losses: number[] = [];
    for (let step = 0; step < steps; step++) {
      const { x, y } = batch(reference.batchSize, step % batches);
      losses.push((await model.trainOnBatch(x, y)).loss!);
    }
    const errors = losses.map((loss, step) => Math.abs(loss / reference.losses[step]! - 1));
    expect(Math.max(...errors)).toBeLessThan(lossTolerance);
    await expectWeights(model, reference);
    const logits = await model.predict(rows(batch(reference.batchSize, 0).x, 0, 2));
    const differences = reference.logits.flat().map((value, index) => value - Number(logits.data[index]));
    expect(Math.max(...differences.map(Math.abs))).toBeLessThan(logitTolerance);
  });
});

async function expectWeights(model: Model, { final }: Case): Promise<void> {
  const weights = await model.getWeights();
  expect(new Set(weights.keys())).toEqual(new Set(Object.keys(final)));
  for (const [name, [sum, norm]] of Object.entries(final)) {
    const values = weights.get(name)!.data as Float32Array;
    const ownSum = values.reduce((total, value) => total + value, 0);
    const ownNorm = Math.sqrt(values.reduce((total, value) => total + value * value, 0));
    const scale = Math.max(1, norm);
    expect(Math.abs(ownNorm - norm) / scale, name).toBeLessThan(weightTolerance);
    // The sum of n numbers differs by up to √n times the norm of their differences.
    expect(Math.abs(ownSum - sum) / scale / Math.sqrt(values.length), name).toBeLessThan(weightTolerance);
  }
}

/** The network with the reference's initial weights, compiled. */
async function begun({ network, options, kernels, learningRate }: Case): Promise<Model> {
  const make = networks[network] as (options: object) => Model;
  const model = make({ ...(options as object), runtime: singleThread });
  model.compile({
    optimizer: optimizers.sgd({ learningRate, momentum }),
    loss: "sparseCategoricalCrossentropy",
  });
  const weights = await model.getWeights();
  const initial = kernels.map((name, index) => {
    const { shape } = weights.get(name)!;
    const fanIn = shape.length === 2 ? shape[0]! : sizeOf(shape.slice(1));
    return [name, spread(shape, index + 1, Math.sqrt(6 / fanIn))] as const;
  });
  await model.setWeights(new Map(initial));
  return model;
}

/** The batch that the file describes. */
function batch(size: number, number: number): { x: Tensor; y: Tensor } {
  const labels = Int32Array.from({ length: size }, (_, index) => hash(index, 200 + number) % 10);
  return { x: spread([size, 3, 32, 32], 100 + number, Math.sqrt(3)), y: tensor(labels, [size]) };
}

function spread(shape: readonly number[], stream: number, limit: number): Tensor<"float32"> {
  const values = Float32Array.from(
    { length: sizeOf(shape) },
    (_, index) => ((2 * hash(index, stream)) / 2 ** 32 - 1) * limit,
  );
  return tensor(values, shape);
}

function hash(index: number, stream: number): number {
  return avalanche(index + 1000003 * stream) >>> 0;
}
