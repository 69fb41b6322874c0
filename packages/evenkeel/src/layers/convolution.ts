import { convolution } from "../blocked/index.js";
import type { Value } from "../graph/graph.js";
import type { Shape } from "../graph/shape.js";
import {
  requireWeightStandardization,
  standardizedKernel,
  type WeightStandardization,
} from "../normalization/index.js";
import { requireKnown } from "../options/known.js";
import { requireBoolean, requireOption } from "../options/require.js";
import type { Initializer, Regularizer, WeightSpecification } from "../weights/index.js";
import { type ActivationName, activate, requireActivation } from "./activations.js";
import { Layer, type LayerContext, type LayerOptions, layerOptionNames } from "./layer.js";
import {
  layWindows,
  type Padding,
  type PerAxis,
  perAxis,
  requirePadding,
  type SpatialRank,
  spatialSizes,
} from "./windows.js";

/** Options that every convolution takes. */
interface CommonOptions extends LayerOptions {
  /** Height and width of the kernel: `3`, `[5, 3]`. In one dimension, its length. */
  kernelSize: PerAxis;
  /** From one place of the kernel to the next. Default 1. */
  strides?: PerAxis;
  /** Zeros around the input: `"valid"` (none), `"same"`, or how many. Default `"valid"`, Keras's. */
  padding?: Padding;
  /** From one element of the kernel to the next. Default 1. Strides and dilation may both be above 1. */
  dilationRate?: PerAxis;
  /** Applied to the result. Default `linear`. */
  activation?: ActivationName;
  /** Whether a bias is added. Default true; redundant right before batch normalization, which cancels it. */
  useBias?: boolean;
  /** Default `glorotUniform`, Keras's. */
  kernelInitializer?: Initializer;
  /** Default `zeros`. */
  biasInitializer?: Initializer;
  /** Penalty on the kernel: `l1(…)`, `l2(…)` or `l1l2({…})`. Default none. */
  kernelRegularizer?: Regularizer;
  /** Penalty on the bias. Default none. */
  biasRegularizer?: Regularizer;
  /**
   * Whether the kernel is used less its mean and divided by its deviation over the fan-in of each output channel (Qiao et
   * al. 2019), or `{ epsilon }` of that, 1e-5 by default. Default false.
   */
  weightStandardization?: WeightStandardization;
}

/** Options of `layers.conv1d` and `layers.conv2d`. */
export interface ConvolutionOptions extends CommonOptions {
  /** The number of output channels. */
  filters: number;
  /**
   * In how many groups the channels are; each group of filters sees its own channels alone. Divides both numbers.
   * Default 1.
   */
  groups?: number;
}

/** Options of `layers.depthwiseConv2d`. */
export interface DepthwiseConvolutionOptions extends CommonOptions {
  /** Output channels for each input channel. Default 1. */
  depthMultiplier?: number;
}

const commonNames = {
  ...layerOptionNames,
  kernelSize: true,
  strides: true,
  padding: true,
  dilationRate: true,
  activation: true,
  useBias: true,
  kernelInitializer: true,
  biasInitializer: true,
  kernelRegularizer: true,
  biasRegularizer: true,
  weightStandardization: true,
} as const;

const wholeNumber = "a whole number of at least 1";
const isWhole = (value: number) => Number.isInteger(value) && value > 0;

/** What the convolutions share: windows over spatial axes, a kernel, a bias, an activation. */
abstract class AnyConvolution extends Layer {
  abstract readonly spatialRank: SpatialRank;
  protected abstract readonly common: CommonOptions;

  /** How many filters and groups there are for this many channels. @throws Error when they do not fit. */
  protected abstract division(channels: number): { filters: number; groups: number };

  /** @throws RangeError for options that no input can make right. */
  protected requireCommon(rank: SpatialRank): void {
    const {
      kernelSize,
      strides = 1,
      padding = "valid",
      dilationRate = 1,
      activation = "linear",
      useBias = true,
    } = this.common;
    perAxis(kernelSize, rank, "kernelSize");
    perAxis(strides, rank, "strides");
    perAxis(dilationRate, rank, "dilationRate");
    requirePadding(padding, rank);
    requireBoolean("useBias", useBias);
    requireActivation(activation);
    requireWeightStandardization(this.common.weightStandardization ?? false);
  }

  override weights(inputShape: Shape): WeightSpecification[] {
    spatialSizes(inputShape, this.spatialRank, this.type);
    const channels = inputShape[1] as number;
    const { filters, groups } = this.division(channels);
    const { kernelSize, useBias = true, kernelInitializer, biasInitializer } = this.common;
    const kernel: WeightSpecification = {
      name: "kernel",
      shape: [filters, channels / groups, ...perAxis(kernelSize, this.spatialRank, "kernelSize")],
      role: "kernel",
      initializer: kernelInitializer ?? "glorotUniform",
      regularizer: this.common.kernelRegularizer,
    };
    const bias: WeightSpecification = {
      name: "bias",
      shape: [filters],
      role: "bias",
      initializer: biasInitializer ?? "zeros",
      regularizer: this.common.biasRegularizer,
    };
    return useBias ? [kernel, bias] : [kernel];
  }

  build(context: LayerContext, input: Value): Value {
    const sizes = spatialSizes(input.shape, this.spatialRank, this.type);
    const { kernelSize, strides = 1, padding = "valid", dilationRate = 1 } = this.common;
    const { useBias = true, activation = "linear", weightStandardization = false } = this.common;
    const windows = layWindows(
      sizes,
      { kernel: kernelSize, strides, dilations: dilationRate, padding },
      this.type,
    );
    const { groups } = this.division(input.shape[1] as number);
    const kernel = standardizedKernel(context.weight("kernel"), 0, weightStandardization, context.device);
    const bias = useBias ? context.weight("bias") : undefined;
    const { channelBlock: block, training } = context;
    const sum = convolution(input, kernel, bias, windows, { group: groups, block, training });
    return activate(activation, sum);
  }
}

/**
 * A convolution over one or two spatial axes: `[N, C, H, W] → [N, filters, H′, W′]`. The kernel is
 * `[filters, C / groups, height, width]`, ONNX's and PyTorch's order; the bias `[filters]`.
 */
export class Convolution extends AnyConvolution {
  protected readonly common: CommonOptions;

  constructor(
    override readonly options: ConvolutionOptions,
    readonly spatialRank: SpatialRank,
  ) {
    super(options);
    this.common = options;
    const { filters, groups = 1 } = options;
    requireOption(isWhole(filters), "filters", wholeNumber, filters);
    requireOption(isWhole(groups), "groups", wholeNumber, groups);
    requireOption(filters % groups === 0, "groups", `a divisor of filters, ${filters}`, groups);
    this.requireCommon(spatialRank);
  }

  get type(): string {
    return `conv${this.spatialRank}d`;
  }

  protected division(channels: number) {
    const { filters, groups = 1 } = this.options;
    if (channels % groups !== 0) {
      throw new Error(`groups must divide the input's ${channels} channels, got ${groups}.`);
    }
    return { filters, groups };
  }
}

/**
 * Each channel convolved for itself: `[N, C, H, W] → [N, C · depthMultiplier, H′, W′]`. The kernel is
 * `[C · depthMultiplier, 1, height, width]`; the filters of a channel are next to one another.
 */
export class DepthwiseConvolution extends AnyConvolution {
  readonly type = "depthwiseConv2d";
  readonly spatialRank = 2;
  protected readonly common: CommonOptions;

  constructor(override readonly options: DepthwiseConvolutionOptions) {
    super(options);
    this.common = options;
    const { depthMultiplier = 1 } = options;
    requireOption(isWhole(depthMultiplier), "depthMultiplier", wholeNumber, depthMultiplier);
    this.requireCommon(2);
  }

  protected division(channels: number) {
    return { filters: channels * (this.options.depthMultiplier ?? 1), groups: channels };
  }
}

/** Makers of these layers. */
export const convolutionLayers = {
  /** A convolution over sequences: `[N, C, L] → [N, filters, L′]`. */
  conv1d: (options: ConvolutionOptions) =>
    new Convolution(
      requireKnown("layers.conv1d", options, { ...commonNames, filters: true, groups: true }),
      1,
    ),
  /** A convolution over images: `[N, C, H, W] → [N, filters, H′, W′]`. */
  conv2d: (options: ConvolutionOptions) =>
    new Convolution(
      requireKnown("layers.conv2d", options, { ...commonNames, filters: true, groups: true }),
      2,
    ),
  /** Each channel of images convolved for itself: `[N, C, H, W] → [N, C · depthMultiplier, H′, W′]`. */
  depthwiseConv2d: (options: DepthwiseConvolutionOptions) =>
    new DepthwiseConvolution(
      requireKnown("layers.depthwiseConv2d", options, { ...commonNames, depthMultiplier: true }),
    ),
} as const;
