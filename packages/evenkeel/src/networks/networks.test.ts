import { describe, expect, it } from "vitest";
import { type DenseOptions, layers } from "../layers/index.js";
import type { Model } from "../model/index.js";
import { randomStream } from "../random/stream.js";
import { sizeOf, type Tensor, tensor } from "../tensor/tensor.js";
import { singleThread as runtime } from "../testing/single-thread.js";
import { l2 } from "../weights/index.js";
import { type NetworkOptions, networks } from "./index.js";

/** Every network with so few channels that a step takes milliseconds. */
const small: Record<keyof typeof networks, (options?: NetworkOptions) => Model> = {
  caffeNet: (options) =>
    networks.caffeNet({ widthFactor: 1 / 8, units: 8, inputShape: [3, 12, 12], runtime, ...options }),
  deepLinear: ({ normalization, kernelInitializer, kernelRegularizer, seed } = {}) =>
    networks.deepLinear({
      depth: 3,
      units: 4,
      runtime,
      normalization,
      kernelInitializer,
      kernelRegularizer,
      seed,
    }),
  leNet5: (options) => networks.leNet5({ inputShape: [16, 16], runtime, ...options }),
  mlp: (options) => networks.mlp({ inputShape: [4, 3], units: [8, 6], runtime, ...options }),
  residualMlp: (options) =>
    networks.residualMlp({ inputShape: [4, 3], units: 6, blocks: 2, runtime, ...options }),
  resNet: (options) =>
    networks.resNet({ depth: 8, widthFactor: 1 / 4, inputShape: [3, 8, 8], runtime, ...options }),
  vgg: (options) => networks.vgg({ depth: 11, widthFactor: 1 / 16, runtime, ...options }),
  wideResNet: (options) =>
    networks.wideResNet({ depth: 10, widthFactor: 1 / 2, inputShape: [3, 8, 8], runtime, ...options }),
};
const everyNetwork = Object.entries(small);

const names = (model: Model) => model.layers.map(({ name }) => name);
const ofType = (model: Model, type: string) =>
  model.layers.filter((layer) => layer.type === type).map(({ name }) => name);
const withBias = (model: Model) =>
  model.layers
    .filter(
      ({ type, options }) => /^(dense|conv2d)$/.test(type) && (options as DenseOptions).useBias !== false,
    )
    .map(({ name }) => name);

function someImages(model: Model): Tensor<"float32"> {
  const shape = [4, ...model.inputShape];
  const random = randomStream(1, "images");
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
    shape,
  );
}

/** Expects that a training step has a loss and changes what the model gives. */
async function expectStep(model: Model): Promise<void> {
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const x = someImages(model);
  const before = await model.predict(x);
  const { loss } = await model.trainOnBatch(
    x,
    tensor(
      before.data.map(() => 1),
      before.shape,
    ),
  );
  expect(loss).toSatisfy(Number.isFinite);
  const after = await model.predict(x);
  expect([...after.data].every(Number.isFinite)).toBe(true);
  expect(after.data).not.toEqual(before.data);
}

describe("options", () => {
  const choices: [string, NetworkOptions][] = [
    ["nothing", {}],
    ["no normalization", { normalization: "none" }],
    ["batch normalization after the activation", { placement: "after" }],
    [
      "group normalization and standardized weights",
      { normalization: { type: "groupNormalization", groups: 2 }, weightStandardization: true },
    ],
    [
      "noise and other normalizations at the ends",
      {
        normalization: () => layers.shiftingNoise(),
        inputNormalization: "batchNormalization",
        outputNormalization: { type: "batchNormalization", scale: false },
        activation: "prelu",
      },
    ],
    [
      "dropout, no activation",
      { dropoutRate: 0.2, activation: "linear", normalization: "layerNormalization" },
    ],
  ];

  it.each(everyNetwork.flatMap(([name, make]) => choices.map((choice) => [name, ...choice, make] as const)))(
    "of %s: trains with %s",
    async (_name, _choice, options, make) => {
      const model = make(options);
      await expectStep(model);
      model.dispose();
    },
  );

  it.each(everyNetwork)("of %s: initializer and regularizer reach every kernel", async (_name, make) => {
    const kernelInitializer = { type: "constant", value: 0.5 } as const;
    const model = make({ kernelInitializer, kernelRegularizer: l2(0.1) });
    const weights = await model.getWeights();
    const kernels = [...weights].filter(([name]) => name.endsWith("/kernel"));
    expect(kernels.length).toBeGreaterThan(2);
    for (const [name, { data }] of kernels) {
      expect((data as Float32Array).every((value) => value === 0.5)).toBe(true);
      const { options } = model.getLayer(name.split("/")[0]!);
      expect(options).toMatchObject({ kernelRegularizer: { l2: 0.1 } });
    }
  });

  it.each(everyNetwork)("of %s: the seed decides the weights", async (_name, make) => {
    const first = async (seed?: number) => [...(await make({ seed }).getWeights())];
    expect(await first(3)).toEqual(await first(3));
    expect(await first(3)).not.toEqual(await first());
  });

  it("give a hidden layer a bias unless a shift follows before the activation", () => {
    const every = ["conv_1", "conv_2", "dense_1", "dense_2", "output"];
    expect(withBias(small.leNet5())).toEqual(["output"]);
    expect(withBias(small.leNet5({ normalization: { type: "batchNormalization", center: false } }))).toEqual(
      every,
    );
    expect(withBias(small.leNet5({ normalization: "none" }))).toEqual(every);
    expect(withBias(small.leNet5({ placement: "after" }))).toEqual(every);
    expect(withBias(small.leNet5({ normalization: () => layers.shiftingNoise() }))).toEqual(every);
    expect(withBias(small.leNet5({ useBias: true }))).toEqual(every);
    expect(withBias(small.leNet5({ normalization: "none", useBias: false }))).toEqual(["output"]);
    const somewhere = (name: string) => (name.startsWith("conv_2") ? layers.batchNormalization() : undefined);
    expect(withBias(small.leNet5({ normalization: somewhere }))).toEqual(
      every.filter((name) => name !== "conv_2"),
    );
  });

  it("give a residual network's trunk biases where no later normalization shifts", () => {
    const onlyAt = (place: string) => (name: string) =>
      name === place ? layers.batchNormalization() : undefined;
    const convolutions = ofType(small.wideResNet(), "conv2d");
    expect(withBias(small.wideResNet())).toEqual(["output"]);
    expect(withBias(small.wideResNet({ normalization: "none" }))).toEqual([...convolutions, "output"]);
    const first = withBias(small.wideResNet({ normalization: onlyAt("stage_1_block_1_normalization_1") }));
    expect(first).not.toContain("stem");
    expect(first).toContain("stage_1_block_1_conv_1");
    const last = withBias(small.wideResNet({ normalization: onlyAt("head_normalization") }));
    expect(convolutions.filter((name) => !last.includes(name))).toEqual([
      "stage_3_block_1_conv_2",
      "stage_3_block_1_shortcut",
    ]);
  });

  it("take pixels as they are, behind preprocessing", async () => {
    const model = small.leNet5({
      inputShape: [14, 14],
      preprocessing: [layers.rescaling({ scale: 1 / 255 }), layers.randomCrop({ height: 12, width: 12 })],
    });
    expect(names(model).slice(0, 4)).toEqual(["input", "channel", "rescaling_1", "random_crop_1"]);
    const pixels = tensor(
      Uint8Array.from({ length: 2 * 14 * 14 }, (_, index) => index),
      [2, 14, 14],
    );
    const [scaled] = await model.outputs(pixels, ["rescaling_1"]);
    expect(scaled!.shape).toEqual([2, 1, 14, 14]);
    expect(scaled!.data[255]).toBe(1);
    expect((await model.predict(pixels)).shape).toEqual([2, 10]);
  });

  it("make prelu with a slope for each channel", () => {
    const shapes = new Map(
      small
        .leNet5({ activation: "prelu" })
        .summary(() => {})
        .rows.map((row) => [row.layer, row.parameters]),
    );
    expect(shapes.get("conv_2_activation")).toBe(16);
    expect(shapes.get("dense_1_activation")).toBe(120);
  });

  it("ask a function for each place, which it names", () => {
    const asked: string[] = [];
    const model = small.resNet({
      normalization: (name) => {
        asked.push(name);
        return layers.batchNormalization({ name: "own" });
      },
      activation: () => layers.activation({ activation: "leakyRelu", alpha: 0.1 }),
    });
    expect(new Set(asked).size).toBe(asked.length);
    expect(ofType(model, "batchNormalization").toSorted()).toEqual(asked.toSorted());
    expect(model.getLayer("stem_activation").options).toEqual({ activation: "leakyRelu", alpha: 0.1 });
  });
});

describe("layer names", () => {
  it.each<[string, Model, string]>([
    [
      "mlp",
      small.mlp({ dropoutRate: 0.1, inputNormalization: "batchNormalization" }),
      "input flatten input_normalization dense_1 dense_1_normalization dense_1_activation dense_1_dropout dense_2 dense_2_normalization dense_2_activation dense_2_dropout output",
    ],
    [
      "deepLinear",
      small.deepLinear({ normalization: "batchNormalization" }),
      "input dense_1 dense_1_normalization dense_2 dense_2_normalization dense_3",
    ],
    [
      "residualMlp",
      small.residualMlp({ dropoutRate: 0.1 }),
      "input flatten stem block_1_normalization block_1_activation block_1_dropout block_1_dense block_1_add block_2_normalization block_2_activation block_2_dropout block_2_dense block_2_add head_normalization head_activation output",
    ],
    [
      "residualMlp",
      small.residualMlp({ activation: "linear", placement: "after" }),
      "input flatten stem block_1_normalization block_1_dense block_1_add block_2_normalization block_2_dense block_2_add head_normalization output",
    ],
    [
      "residualMlp",
      networks.residualMlp({ blocks: 1, residual: { skipInit: 0 } }),
      "input stem block_1_activation block_1_dense block_1_scale block_1_add head_activation output",
    ],
    [
      "residualMlp",
      networks.residualMlp({ blocks: 1, residual: "dividedByRoot2" }),
      "input stem block_1_activation block_1_dense block_1_add block_1_scale head_activation output",
    ],
    [
      "leNet5",
      small.leNet5({ normalization: "none" }),
      "input channel conv_1 conv_1_activation pool_1 conv_2 conv_2_activation pool_2 flatten dense_1 dense_1_activation dense_2 dense_2_activation output",
    ],
    [
      "vgg",
      small.vgg({ placement: "after", dropoutRate: 0.5, outputNormalization: "batchNormalization" }),
      "input conv_1_1 conv_1_1_activation conv_1_1_normalization pool_1 conv_2_1 conv_2_1_activation conv_2_1_normalization pool_2 conv_3_1 conv_3_1_activation conv_3_1_normalization conv_3_2 conv_3_2_activation conv_3_2_normalization pool_3 conv_4_1 conv_4_1_activation conv_4_1_normalization conv_4_2 conv_4_2_activation conv_4_2_normalization pool_4 conv_5_1 conv_5_1_activation conv_5_1_normalization conv_5_2 conv_5_2_activation conv_5_2_normalization pool_5 flatten output_normalization output_dropout output",
    ],
    [
      "caffeNet",
      small.caffeNet({ normalization: "none", activation: "linear" }),
      "input conv_1 pool_1 conv_2 pool_2 conv_3 conv_4 conv_5 pool_5 flatten dense_6 dense_6_dropout dense_7 dense_7_dropout output",
    ],
  ])("of %s: %#", (_name, model, expected) => {
    expect(names(model)).toEqual(expected.split(" "));
  });
});
