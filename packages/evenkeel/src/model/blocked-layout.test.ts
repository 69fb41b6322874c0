import { beforeAll, describe, expect, it } from "vitest";
import { input, layers, type SymbolicTensor } from "../layers/index.js";
import { optimizers } from "../optimizers/index.js";
import { randomStream } from "../random/stream.js";
import type { Runtime } from "../runtime/runtime.js";
import { rows, type Tensor, tensor } from "../tensor/tensor.js";
import { normal } from "../testing/batches.js";
import { quiet } from "../testing/clusters.js";
import { expectClose } from "../testing/expect-close.js";
import { singleThread } from "../testing/single-thread.js";
import { functional, type Model } from "./index.js";

/** As on a machine that has no such layout. */
const plain: Runtime = { ...singleThread, channelBlock: async () => 1 };

const classes = 4;
const images = (size: number) => normal(randomStream(1, "images"), [40, 3, size, size]);
const x = images(8);
const labels = randomStream(1, "labels");
const y = tensor(Uint8Array.from({ length: 40 }, () => labels.integer(classes)));

interface Made {
  begin?: (images: SymbolicTensor) => SymbolicTensor;
  frozen?: boolean;
  /** Height and width of the images. */
  size?: number;
}

const convolution = (name: string, filters: number, strides = 1, kernelSize = 3) =>
  layers.conv2d({ name, filters, kernelSize, strides, padding: kernelSize === 1 ? "valid" : "same" });
const relu = (name: string) => layers.activation({ name, activation: "relu" });

/** A convolution, two residual blocks of which the second goes from 16 to 32 channels, poolings, dropout. */
function residual(runtime: Runtime, made: Made = {}): Model {
  const { begin = (images) => images, frozen = false, size = 8 } = made;
  const norm = (name: string) => layers.batchNormalization({ name, momentum: 0.9, trainable: !frozen });
  const branch = (name: string, filters: number, strides: number, from: SymbolicTensor) => {
    const first = norm(`${name}_norm1`).apply(convolution(`${name}_conv1`, filters, strides).apply(from));
    const second = convolution(`${name}_conv2`, filters).apply(relu(`${name}_relu1`).apply(first));
    return norm(`${name}_norm2`).apply(second);
  };
  const images = input({ shape: [3, size, size], name: "images" });
  const stem = relu("stem_relu").apply(norm("stem_norm").apply(convolution("stem", 16).apply(begin(images))));
  const sum1 = layers.add({ name: "sum1" }).apply([stem, branch("block1", 16, 1, stem)]);
  const wide = relu("block1_relu").apply(sum1);
  const shortcut = norm("shortcut_norm").apply(convolution("shortcut", 32, 2, 1).apply(wide));
  const sum2 = layers.add({ name: "sum2" }).apply([branch("block2", 32, 2, wide), shortcut]);
  const pooled = layers.maxPooling2d({ name: "pool" }).apply(relu("block2_relu").apply(sum2));
  const dropped = layers.dropout({ name: "dropout", rate: 0.2 }).apply(pooled);
  const means = layers.globalAveragePooling2d({ name: "means" }).apply(dropped);
  const outputs = layers.dense({ name: "output", units: classes }).apply(means);
  const model = functional({ inputs: images, outputs, seed: 3, runtime });
  model.compile({
    optimizer: optimizers.sgd({ learningRate: 0.05, momentum: 0.9 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return model;
}

const namesOf = (model: Model) => model.layers.map(({ name }) => name);

async function learned(model: Model): Promise<string[]> {
  return [...(await model.getWeights()).keys()].filter((name) => !name.includes("/running"));
}

/** Two tensors of the same, up to float32's rounding in a network of a few layers. */
function expectSame(found: Tensor | undefined, expected: Tensor | undefined): void {
  expect(found!.shape).toEqual(expected!.shape);
  const largest = (expected!.data as Float32Array).reduce(
    (most, value) => Math.max(most, Math.abs(value)),
    0,
  );
  expectClose(found!, expected!, { absolute: 1e-6 + 1e-5 * largest });
}

function expectAllSame(found: Record<string, Tensor>, expected: Record<string, Tensor>): void {
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) expectSame(found[name], value);
}

/** What a function of a model gives, in the layout and out of it. */
async function inBoth<T>(run: (model: Model) => Promise<T>, made?: Made): Promise<[inLayout: T, plain: T]> {
  return [await run(residual(singleThread, made)), await run(residual(plain, made))];
}

describe("a residual network in the blocked layout is the same as out of it", () => {
  let block = 1;
  beforeAll(async () => {
    block = await singleThread.channelBlock();
  });

  it("which it is in where the runtime has the layout, and never in its file", async () => {
    const written = async (runtime: Runtime) => {
      const programs: Buffer[] = [];
      const load: Runtime["load"] = (model, label) => {
        programs.push(Buffer.from(model));
        return runtime.load(model, label);
      };
      const model = residual({ ...runtime, load });
      await model.trainOnBatch(rows(x, 0, 16), rows(y, 0, 16));
      await model.evaluate(x, y);
      await model.predict(x);
      programs.push(Buffer.from(await model.toOnnx()));
      return programs.map((bytes) => bytes.includes("com.microsoft.nchwc"));
    };
    expect(await written(singleThread)).toEqual([block > 1, block > 1, block > 1, false]);
    expect(await written(plain)).toEqual([false, false, false, false]);
  });

  it("in the losses of its training steps, and in the weights that they leave", async () => {
    const [found, expected] = await inBoth(async (model) => {
      const losses: number[] = [];
      for (let step = 0; step < 10; step++) {
        const start = step % 2 === 0 ? 0 : 16;
        const { loss } = await model.trainOnBatch(rows(x, start, start + 16), rows(y, start, start + 16));
        losses.push(loss!);
      }
      return { losses, weights: Object.fromEntries(await model.getWeights()) };
    });
    expectClose(found.losses, expected.losses, { absolute: 1e-5 });
    for (const [name, { data }] of Object.entries(expected.weights)) {
      expectClose(found.weights[name]!, data as Float32Array, { absolute: 1e-4 });
    }
  });

  it("in a fit whose last batch is not whole blocks, with validation", async () => {
    const [found, expected] = await inBoth(async (model) => {
      const options = { batchSize: 16, epochs: 3, validationData: [x, y] as [Tensor, Tensor], ...quiet };
      return (await model.fit(x, y, options)).history;
    });
    expect(Object.keys(found)).toEqual(["loss", "accuracy", "valLoss", "valAccuracy"]);
    for (const [name, values] of Object.entries(expected))
      expectClose(found[name]!, values, { absolute: 1e-5 });
  });

  it.each([1, 7, 40])(
    "in evaluation, prediction and all layers' outputs, in batches of %i",
    async (batchSize) => {
      const [found, expected] = await inBoth(async (model) => {
        await model.fit(x, y, { batchSize: 16, ...quiet });
        const options = { batchSize };
        return {
          evaluated: Object.values(await model.evaluate(x, y, options)),
          predicted: await model.predict(x, options),
          outputs: await model.outputs(x, namesOf(model), options),
        };
      });
      expectClose(found.evaluated, expected.evaluated, { absolute: 1e-5 });
      expectSame(found.predicted, expected.predicted);
      for (const [index, output] of expected.outputs.entries()) expectSame(found.outputs[index], output);
    },
  );

  describe.each([true, false])("in what inspect shows, training %s", (training) => {
    // Of odd sizes, a stride of 2 has no derivative in the layout.
    it.each([
      { count: 16, size: 8 },
      { count: 7, size: 8 },
      { count: 16, size: 7 },
    ])("of $count images of size $size", async ({ count, size }) => {
      const [found, expected] = await inBoth(
        async (model) =>
          model.inspect(rows(images(size), 0, count), rows(y, 0, count), {
            training,
            layers: namesOf(model),
            weightGradients: await learned(model),
            layerGradients: namesOf(model),
          }),
        { size },
      );
      expectClose([found.measures.loss!], [expected.measures.loss!], { absolute: 1e-5 });
      expectAllSame(found.layers, expected.layers);
      expectAllSame(found.weightGradients, expected.weightGradients);
      expectAllSame(found.layerGradients, expected.layerGradients);
    });
  });

  it.each<[string, Made]>([
    ["frozen normalization", { frozen: true }],
    [
      "normalization of the images",
      { begin: (images) => layers.batchNormalization({ name: "first" }).apply(images) },
    ],
    ["rescaled images", { begin: (images) => layers.rescaling({ name: "first", scale: 0.5 }).apply(images) }],
    [
      "two convolutions of the images",
      {
        begin: (images) =>
          layers
            .add({ name: "first" })
            .apply([convolution("left", 16).apply(images), convolution("right", 16).apply(images)]),
      },
    ],
  ])("with %s, in a step and its gradients", async (_, made) => {
    const batch = [rows(x, 0, 16), rows(y, 0, 16)] as const;
    const [found, expected] = await inBoth(async (model) => {
      const { weightGradients, layerGradients } = await model.inspect(...batch, {
        weightGradients: await learned(model),
        layerGradients: namesOf(model),
      });
      const losses = [await model.trainOnBatch(...batch), await model.trainOnBatch(...batch)];
      return { weightGradients, layerGradients, losses: losses.map(({ loss }) => loss!) };
    }, made);
    expectClose(found.losses, expected.losses, { absolute: 1e-5 });
    expectAllSame(found.weightGradients, expected.weightGradients);
    expectAllSame(found.layerGradients, expected.layerGradients);
  });
});
