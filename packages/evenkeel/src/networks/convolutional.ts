import { layers } from "../layers/index.js";
import type { Model } from "../model/index.js";
import { requireKnown } from "../options/known.js";
import { requireOption } from "../options/require.js";
import { Assembly } from "./assembly.js";
import { type NetworkOptions, networkOptionNames, requireCount, widened } from "./options.js";

/**
 * Options of `networks.leNet5`. `inputShape` is `[1, 28, 28]` by default (`[28, 28]` will do), `dropoutRate` acts behind
 * `dense_1` and `dense_2`.
 */
export interface LeNet5Options extends NetworkOptions {
  /** How the maps are halved. Default `max`; LeCun et al. averaged, with a learned factor and shift. */
  pooling?: "max" | "average";
}

/**
 * LeNet-5 (LeCun et al. 1998): convolutions of 6 and 16 maps, 5×5, each followed by 2×2 pooling, then dense layers of
 * 120 and 84 units. The second convolution sees all maps of the first. Images of 28×28 are padded to the 32×32 of the
 * paper. Kernels begin as `heNormal` unless told; the paper's activation is `tanh`.
 *
 * @throws RangeError naming the option that is wrong.
 */
export function leNet5(options: LeNet5Options = {}): Model {
  const who = "networks.leNet5";
  const known = { ...networkOptionNames, pooling: true } as const;
  const { pooling = "max", ...shared } = requireKnown(who, options, known);
  requireOption(pooling === "max" || pooling === "average", `${who}: pooling`, '"max" or "average"', pooling);
  const halve = pooling === "max" ? layers.maxPooling2d : layers.averagePooling2d;
  const net = new Assembly(who, shared, { inputShape: [1, 28, 28], kernelInitializer: "heNormal" });
  let x = net.convolution(net.images(), "conv_1", { filters: 6, kernelSize: 5, padding: 2 });
  x = halve({ name: "pool_1", poolSize: 2 }).apply(x);
  x = net.convolution(x, "conv_2", { filters: 16, kernelSize: 5, padding: 0 });
  x = halve({ name: "pool_2", poolSize: 2 }).apply(x);
  x = net.dropout(net.dense(net.flattened(x), "dense_1", 120), "dense_1_dropout");
  x = net.dropout(net.dense(x, "dense_2", 84), "dense_2_dropout");
  return net.classifier(x);
}

/** The filters of the convolutions, stage by stage; 2×2 max pooling ends each. */
const vggStages = {
  11: [[64], [128], [256, 256], [512, 512], [512, 512]],
  13: [
    [64, 64],
    [128, 128],
    [256, 256],
    [512, 512],
    [512, 512],
  ],
  16: [
    [64, 64],
    [128, 128],
    [256, 256, 256],
    [512, 512, 512],
    [512, 512, 512],
  ],
} as const;

/** Options of `networks.vgg`. `inputShape` is `[3, 32, 32]` by default, `dropoutRate` acts before the output layer. */
export interface VggOptions extends NetworkOptions {
  /** Layers with weights in the paper's configurations A, B, D. */
  depth: keyof typeof vggStages;
  /** Factor on the filters of all convolutions. Default 1. */
  widthFactor?: number;
}

/**
 * VGG-11, -13 and -16 (Simonyan & Zisserman 2015, configurations A, B, D) for 32×32: their convolutions `conv_1_1` to
 * `conv_5_3` and poolings `pool_1` to `pool_5`, and one dense layer, `output`, in place of three. Kernels begin as
 * `heNormal` unless told.
 *
 * @throws RangeError naming the option that is wrong; Error for images smaller than 32×32.
 */
export function vgg(options: VggOptions): Model {
  const who = "networks.vgg";
  const known = { ...networkOptionNames, depth: true, widthFactor: true } as const;
  const { depth, widthFactor = 1, ...shared } = requireKnown(who, options, known);
  requireOption(Object.hasOwn(vggStages, depth), `${who}: depth`, "11, 13 or 16", depth);
  const net = new Assembly(who, shared, { inputShape: [3, 32, 32], kernelInitializer: "heNormal" });
  let x = net.images();
  for (const [stage, convolutions] of vggStages[depth].entries()) {
    for (const [index, channels] of convolutions.entries()) {
      const filters = widened(who, channels, widthFactor);
      x = net.convolution(x, `conv_${stage + 1}_${index + 1}`, { filters, kernelSize: 3 });
    }
    x = layers.maxPooling2d({ name: `pool_${stage + 1}`, poolSize: 2 }).apply(x);
  }
  return net.classifier(net.flattened(x), shared.dropoutRate);
}

/**
 * Options of `networks.caffeNet`. `inputShape` is `[3, 32, 32]` by default; `dropoutRate`, 0.5 by default, acts behind
 * `dense_6` and `dense_7`.
 */
export interface CaffeNetOptions extends NetworkOptions {
  /** Factor on the filters of all convolutions. Default 1. */
  widthFactor?: number;
  /** The width of `dense_6` and `dense_7`. Default 512. */
  units?: number;
}

/**
 * CaffeNet (Jia et al. 2014, after Krizhevsky et al. 2012) made small for 32×32, for the before/after benchmark of
 * Mishkin et al. 2016. What is kept: five convolutions and three dense layers in their order, 3×3 max pooling of stride
 * 2 that rounds up, behind the first, second and fifth convolution; no local response normalization, as in the
 * benchmark. What is smaller: half the filters (48, 128, 192, 192, 128), a first convolution of 5×5 and stride 1 in
 * place of 11×11 and 4, no groups, 512 units in place of 2048. Kernels begin as `heNormal` unless told.
 *
 * @throws RangeError naming the option that is wrong.
 */
export function caffeNet(options: CaffeNetOptions = {}): Model {
  const who = "networks.caffeNet";
  const known = { ...networkOptionNames, widthFactor: true, units: true } as const;
  const { widthFactor = 1, units = 512, ...shared } = requireKnown(who, options, known);
  requireCount(who, "units", units);
  const net = new Assembly(who, shared, {
    inputShape: [3, 32, 32],
    kernelInitializer: "heNormal",
    dropoutRate: 0.5,
  });
  const plan = [
    { channels: 48, kernelSize: 5, pooled: true },
    { channels: 128, kernelSize: 5, pooled: true },
    { channels: 192, kernelSize: 3, pooled: false },
    { channels: 192, kernelSize: 3, pooled: false },
    { channels: 128, kernelSize: 3, pooled: true },
  ];
  let x = net.images();
  for (const [index, { channels, kernelSize, pooled }] of plan.entries()) {
    const filters = widened(who, channels, widthFactor);
    x = net.convolution(x, `conv_${index + 1}`, { filters, kernelSize });
    if (!pooled) continue;
    const pool = { name: `pool_${index + 1}`, poolSize: 3, strides: 2, padding: "same" } as const;
    x = layers.maxPooling2d(pool).apply(x);
  }
  x = net.flattened(x);
  for (const name of ["dense_6", "dense_7"]) {
    x = net.dropout(net.dense(x, name, units), `${name}_dropout`);
  }
  return net.classifier(x);
}
