import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadModel, type Model } from "../model/index.js";
import { randomStream } from "../random/stream.js";
import { sizeOf, type Tensor, tensor } from "../tensor/tensor.js";
import { singleThread as runtime } from "../testing/single-thread.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { networks, type ResidualSum, type ResNetOptions, type WideResNetOptions } from "./index.js";

const resNet = (options: Partial<ResNetOptions> = {}) =>
  networks.resNet({ depth: 8, widthFactor: 1 / 4, inputShape: [3, 8, 8], runtime, ...options });
const wideResNet = (options: Partial<WideResNetOptions>) =>
  networks.wideResNet({ depth: 16, widthFactor: 1 / 2, inputShape: [3, 8, 8], runtime, ...options });

const names = (model: Model) => model.layers.map(({ name }) => name);

function someImages(count = 4): Tensor<"float32"> {
  const shape = [count, 3, 8, 8];
  const random = randomStream(1, "images");
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
    shape,
  );
}

describe("layer names", () => {
  it.each<[string, Model, string]>([
    [
      "the original form",
      resNet({}),
      "conv_1 normalization_1 activation_1 conv_2 shortcut_pool shortcut_padding normalization_2 add activation_2",
    ],
    [
      "the original form with projections, dropout and SkipInit",
      resNet({
        shortcut: "projection",
        dropoutRate: 0.1,
        residual: { skipInit: 0 },
        normalization: "batchNormalization",
      }),
      "conv_1 normalization_1 activation_1 dropout conv_2 shortcut shortcut_normalization normalization_2 scale add activation_2",
    ],
    [
      "the original form, normalized after activations",
      resNet({ shortcut: "projection", placement: "after" }),
      "conv_1 activation_1 normalization_1 conv_2 shortcut add activation_2 normalization_2",
    ],
    [
      "the preactivation form",
      resNet({ form: "preactivation", dropoutRate: 0.1 }),
      "normalization_1 activation_1 conv_1 normalization_2 activation_2 dropout conv_2 shortcut_pool shortcut_padding add",
    ],
    [
      "the preactivation form, normalized after activations",
      resNet({ form: "preactivation", placement: "after" }),
      "activation_1 normalization_1 conv_1 activation_2 normalization_2 conv_2 shortcut_pool shortcut_padding add",
    ],
    [
      "wide residual networks without normalization",
      wideResNet({ normalization: "none" }),
      "activation_1 conv_1 activation_2 conv_2 shortcut add",
    ],
    [
      "wide residual networks divided by √2",
      wideResNet({ residual: "dividedByRoot2" }),
      "activation_1 conv_1 activation_2 conv_2 shortcut add scale",
    ],
  ])("of a block: %s", (_name, model, expected) => {
    const block = "stage_2_block_1_";
    const own = names(model).filter((name) => name.startsWith(block));
    expect(own).toEqual(expected.split(" ").map((name) => block + name));
  });

  it("of what stands before and behind the blocks", () => {
    const outside = (model: Model) => names(model).filter((name) => !name.startsWith("stage_"));
    expect(outside(resNet({ outputDropoutRate: 0.1 }))).toEqual([
      "input",
      "stem",
      "stem_normalization",
      "stem_activation",
      "pool",
      "output_dropout",
      "output",
    ]);
    expect(outside(resNet({ form: "preactivation" }))).toEqual([
      "input",
      "stem",
      "head_normalization",
      "head_activation",
      "pool",
      "output",
    ]);
    expect(names(resNet({ depth: 20 })).filter((name) => name.endsWith("_add"))).toEqual(
      [1, 2, 3].flatMap((stage) => [1, 2, 3].map((block) => `stage_${stage}_block_${block}_add`)),
    );
  });
});

describe("residual blocks", () => {
  const folder = temporaryFolder();
  const wide = (residual: ResidualSum) => wideResNet({ residual, normalization: "none" });
  const block = "stage_2_block_2_";

  it("add the shortcut and the branch", async () => {
    const model = wide("sum");
    const [x, f, sum] = await model.outputs(someImages(), [
      "stage_2_block_1_add",
      `${block}conv_2`,
      `${block}add`,
    ]);
    expect(sum!.data).toEqual(x!.data.map((value, index) => Math.fround(value + f!.data[index]!)));
  });

  it("begin as the identity where SkipInit begins at 0, and scale the branch otherwise", async () => {
    const zero = wide({ skipInit: 0 });
    const [x, sum] = await zero.outputs(someImages(), ["stage_2_block_1_add", `${block}add`]);
    expect(sum!.data).toEqual(x!.data);
    const half = wide({ skipInit: 0.5 });
    const [f, scaled] = await half.outputs(someImages(), [`${block}conv_2`, `${block}scale`]);
    expect(scaled!.data).toEqual(f!.data.map((value) => value / 2));
  });

  it("keep the variance where the sum is divided by √2", async () => {
    const model = wide("dividedByRoot2");
    const [x, f, out] = await model.outputs(someImages(), [
      "stage_2_block_1_scale",
      `${block}conv_2`,
      `${block}scale`,
    ]);
    for (const [index, value] of out!.data.entries()) {
      expect(value).toBeCloseTo((x!.data[index]! + f!.data[index]!) / Math.SQRT2, 5);
    }
  });

  it("shorten the identity to every second pixel, with channels of zeros around", async () => {
    const model = resNet();
    const [x, shortcut] = await model.outputs(someImages(1), [
      "stage_1_block_1_activation_2",
      "stage_2_block_1_shortcut_padding",
    ]);
    expect([x!.shape, shortcut!.shape]).toEqual([
      [1, 4, 8, 8],
      [1, 8, 4, 4],
    ]);
    const at = (channel: number, row: number, column: number) =>
      channel < 2 || channel >= 6 ? 0 : x!.data[((channel - 2) * 8 + 2 * row) * 8 + 2 * column];
    const expected = Array.from({ length: 8 * 16 }, (_, index) =>
      at(Math.floor(index / 16), Math.floor(index / 4) % 4, index % 4),
    );
    expect([...shortcut!.data]).toEqual(expected);
  });

  it("are saved and loaded", async () => {
    const model = resNet();
    const path = join(folder, "residual.onnx");
    await model.save(path);
    const loaded = await loadModel(path, { runtime });
    expect(names(loaded)).toEqual(names(model));
    const x = someImages();
    expect(await loaded.predict(x)).toEqual(await model.predict(x));
  });
});
