import { layers, type SymbolicTensor } from "../layers/index.js";
import type { Model } from "../model/index.js";
import { requireKnown } from "../options/known.js";
import { requireOption, requireShare } from "../options/require.js";
import { Assembly } from "./assembly.js";
import { type NetworkOptions, networkOptionNames, requireDepth, widened } from "./options.js";
import { checkResidual, joined, type ResidualSum } from "./residual-sum.js";

/**
 * Options that the residual networks share. `inputShape` is `[3, 32, 32]` by default; `dropoutRate` acts between the two
 * convolutions of each block, as Zagoruyko & Komodakis have it.
 */
export interface ResidualOptions extends NetworkOptions {
  /** How branches join their shortcuts. Default `sum`; with the others, `normalization` is `none` unless told. */
  residual?: ResidualSum;
  /**
   * Where a block changes the shape: `identity` takes every second pixel and fills up the channels with zeros, half of
   * them before and half behind (He et al. 2015, option A); `projection` is a convolution of 1×1 (option B).
   */
  shortcut?: "identity" | "projection";
  /** The share of features that dropout sets to 0 before the output layer, in [0, 1). Default 0. */
  outputDropoutRate?: number;
}

const residualOptionNames = {
  ...networkOptionNames,
  residual: true,
  shortcut: true,
  outputDropoutRate: true,
} as const;

/** Options of `networks.resNet`. The `shortcut` is `identity` by default, as in the paper for CIFAR. */
export interface ResNetOptions extends ResidualOptions {
  /** Layers with weights, 6n + 2: 20, 32, 44, 56, 110 in the paper. */
  depth: number;
  /** Factor on the channels, 16, 32 and 64 in the three stages. Default 1. */
  widthFactor?: number;
  /**
   * `original` (default): convolution, normalization, activation, and an activation behind the sum (He et al. 2015);
   * `preactivation`: normalization and activation before each convolution, nothing behind the sum (He et al. 2016).
   */
  form?: "original" | "preactivation";
}

/**
 * The residual network for CIFAR (He et al. 2015, section 4.2): a 3×3 convolution, three stages of n blocks of two
 * convolutions, global average pooling, a dense layer. Kernels begin as `heNormal` unless told.
 *
 * @throws RangeError naming the option that is wrong, and the nearest depths for one that does not fit.
 */
export function resNet(options: ResNetOptions): Model {
  const who = "networks.resNet";
  const known = { ...residualOptionNames, depth: true, widthFactor: true, form: true } as const;
  const {
    depth,
    widthFactor = 1,
    form = "original",
    shortcut = "identity",
    ...shared
  } = requireKnown(who, options, known);
  requireDepth(who, depth, 2);
  const isForm = form === "original" || form === "preactivation";
  requireOption(isForm, `${who}: form`, '"original" or "preactivation"', form);
  const channels = [16, 32, 64].map((count) => widened(who, count, widthFactor));
  const plan = { stem: channels[0]!, channels, blocks: (depth - 2) / 6 };
  return residualNetwork(who, { ...shared, shortcut }, { ...plan, form });
}

/** Options of `networks.wideResNet`. The `shortcut` is `projection` by default, as in the paper. */
export interface WideResNetOptions extends ResidualOptions {
  /** Layers with weights, 6n + 4, those of the projections counted as one: 16, 22, 28, 40 in the paper. */
  depth: number;
  /** Factor on the channels of the three stages, 16, 32 and 64; the first convolution keeps its 16. */
  widthFactor: number;
}

/**
 * WRN-d-k, the wide residual network (Zagoruyko & Komodakis 2016), of preactivation blocks: the network of De & Smith
 * 2020 too. It has `(depth − 4)/2` blocks. Kernels begin as `heNormal` unless told.
 *
 * @throws RangeError naming the option that is wrong, and the nearest depths for one that does not fit.
 */
export function wideResNet(options: WideResNetOptions): Model {
  const who = "networks.wideResNet";
  const known = { ...residualOptionNames, depth: true, widthFactor: true } as const;
  const { depth, widthFactor, shortcut = "projection", ...shared } = requireKnown(who, options, known);
  requireDepth(who, depth, 4);
  const channels = [16, 32, 64].map((count) => widened(who, count, widthFactor));
  const plan = { stem: 16, channels, blocks: (depth - 4) / 6 };
  return residualNetwork(who, { ...shared, shortcut }, { ...plan, form: "preactivation" });
}

interface Plan {
  /** Channels of the first convolution. */
  stem: number;
  /** Channels of the stages. */
  channels: readonly number[];
  /** In each stage. */
  blocks: number;
  form: "original" | "preactivation";
}

function residualNetwork(who: string, options: ResidualOptions, plan: Plan): Model {
  const { residual = "sum", shortcut, outputDropoutRate = 0, ...shared } = options;
  checkResidual(who, residual);
  const isShortcut = shortcut === "identity" || shortcut === "projection";
  requireOption(isShortcut, `${who}: shortcut`, '"identity" or "projection"', shortcut);
  requireShare(`${who}: outputDropoutRate`, outputDropoutRate);
  const net = new Assembly(who, shared, {
    inputShape: [3, 32, 32],
    kernelInitializer: "heNormal",
    normalization: residual === "sum" ? "batchNormalization" : "none",
  });
  const blocks = plan.channels.flatMap((filters, stage) =>
    Array.from({ length: plan.blocks }, (_, block) => ({
      name: `stage_${stage + 1}_block_${block + 1}`,
      filters,
      strides: stage > 0 && block === 0 ? 2 : 1,
      residual,
      shortcut,
    })),
  );
  const stem = { filters: plan.stem, kernelSize: 3 };
  let x: SymbolicTensor;
  if (plan.form === "original") {
    x = net.convolution(net.images(), "stem", stem);
    for (const block of blocks) x = originalBlock(net, x, block);
  } else {
    // A sum of branches passes the next block's normalization, or at last the head's.
    const behind = [...blocks.map(({ name }) => `${name}_normalization_1`), "head_normalization"];
    x = net.convolved(net.images(), "stem", stem, behind[0]);
    for (const [index, block] of blocks.entries()) x = preactivationBlock(net, x, block, behind[index + 1]!);
    x = net.activated(x, "head_normalization", "head_activation");
  }
  const features = layers.globalAveragePooling2d({ name: "pool" }).apply(x);
  return net.classifier(features, outputDropoutRate);
}

interface Block {
  name: string;
  filters: number;
  /** Of its first convolution, and of its shortcut. */
  strides: number;
  residual: ResidualSum;
  shortcut: ResidualOptions["shortcut"];
}

/** Convolution, normalization, activation, convolution, normalization, sum, activation. */
function originalBlock(net: Assembly, x: SymbolicTensor, block: Block): SymbolicTensor {
  const { name, filters, strides } = block;
  const [first, second] = [`${name}_normalization_1`, `${name}_normalization_2`];
  let branch = net.convolved(x, `${name}_conv_1`, { filters, kernelSize: 3, strides }, first);
  branch = net.dropout(net.activated(branch, first, `${name}_activation_1`), `${name}_dropout`);
  branch = net.convolved(branch, `${name}_conv_2`, { filters, kernelSize: 3 }, second);
  const shortcut = shortcutOf(x, block, () => {
    const behind = `${name}_shortcut_normalization`;
    const projection = net.convolved(x, `${name}_shortcut`, { filters, kernelSize: 1, strides }, behind);
    return net.normalizesFirst ? net.normalized(projection, behind) : projection;
  });
  if (net.normalizesFirst) {
    const sum = joined(name, block.residual, shortcut, net.normalized(branch, second));
    return net.activation(sum, `${name}_activation_2`);
  }
  return net.activated(joined(name, block.residual, shortcut, branch), second, `${name}_activation_2`);
}

/**
 * Normalization, activation, convolution, the three once more, sum. A projection takes what the first convolution does.
 *
 * @param next the place of the first normalization that the sum passes.
 */
function preactivationBlock(net: Assembly, x: SymbolicTensor, block: Block, next: string): SymbolicTensor {
  const { name, filters, strides } = block;
  const second = `${name}_normalization_2`;
  const activated = net.activated(x, `${name}_normalization_1`, `${name}_activation_1`);
  let branch = net.convolved(activated, `${name}_conv_1`, { filters, kernelSize: 3, strides }, second);
  branch = net.dropout(net.activated(branch, second, `${name}_activation_2`), `${name}_dropout`);
  branch = net.convolved(branch, `${name}_conv_2`, { filters, kernelSize: 3 }, next);
  const shortcut = shortcutOf(x, block, () =>
    net.convolved(activated, `${name}_shortcut`, { filters, kernelSize: 1, strides }, next),
  );
  return joined(name, block.residual, shortcut, branch);
}

/** The block's input, brought to the shape of its branch where that differs. */
function shortcutOf(
  x: SymbolicTensor,
  { name, filters, strides, shortcut }: Block,
  project: () => SymbolicTensor,
): SymbolicTensor {
  const missing = filters - (x.shape[1] as number);
  if (missing === 0 && strides === 1) return x;
  if (shortcut === "projection") return project();
  if (missing < 0) {
    throw new RangeError(
      `${name} has ${filters} channels and takes ${x.shape[1]}, which an identity shortcut cannot make fewer. Use shortcut: "projection".`,
    );
  }
  // A window of one pixel has that pixel as its mean.
  const pool = layers.averagePooling2d({ name: `${name}_shortcut_pool`, poolSize: 1, strides });
  const pixels = strides === 1 ? x : pool.apply(x);
  const padding = [Math.floor(missing / 2), Math.ceil(missing / 2)] as const;
  return missing === 0
    ? pixels
    : layers.zeroPaddingChannels({ name: `${name}_shortcut_padding`, padding }).apply(pixels);
}
