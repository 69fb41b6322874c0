import type { Value } from "../graph/graph.js";
import {
  type Affine,
  type BatchNormalizationOptions,
  type BatchRenormalizationOptions,
  channelNormalizationOptionNames,
  completedBounds,
  completedNoise,
  type GhostBatchNormalizationOptions,
  type MeanOnlyBatchNormalizationOptions,
  type NoisyBatchNormalizationOptions,
  normalizeByBatch,
  normalizeByDeviation,
  normalizeByGhosts,
  renormalizeByBatch,
  runningStatisticsOptionNames,
  shiftingNoiseOptionNames,
  withShiftingNoise,
} from "../normalization/index.js";
import { requireKnown } from "../options/known.js";
import { requireOption } from "../options/require.js";
import { type LayerContext, type LayerOptions, layerOptionNames } from "./layer.js";
import { type NormalizedTraining, RunningNormalization } from "./running-normalization.js";

/** Options of `layers.batchNormalization`. */
export interface BatchNormalizationLayerOptions extends BatchNormalizationOptions, LayerOptions {}

/**
 * Batch normalization (Ioffe & Szegedy 2015, arXiv 1502.03167).
 *
 * Training: normalises each channel by the mean and biased variance of the batch, and moves the running
 * statistics towards them. Inference: normalises by the running statistics. With `trainable` false it is in
 * inference mode in training too, and its running statistics stay as they are (Keras ≥ 2).
 */
export class BatchNormalization extends RunningNormalization {
  readonly type: string = "batchNormalization";

  constructor(override readonly options: BatchNormalizationLayerOptions = {}) {
    super(options);
    const { deviation = "standard" } = options;
    const isDeviation = ["standard", "l1", "l2", "linf"].includes(deviation);
    requireOption(isDeviation, "deviation", '"standard", "l1", "l2" or "linf"', deviation);
    const { runningVariance } = this.settings;
    requireOption(
      deviation === "standard" || runningVariance === "biased",
      "runningVariance",
      `"biased" with the deviation "${deviation}", which has no unbiased estimate`,
      runningVariance,
    );
  }

  protected normalize(input: Value, affine: Affine, { device }: LayerContext): NormalizedTraining {
    const { settings } = this;
    const { deviation = "standard" } = this.options;
    return deviation === "standard"
      ? normalizeByBatch(input, affine, { ...settings, device })
      : normalizeByDeviation(input, affine, { ...settings, deviation });
  }
}

/** Options of `layers.ghostBatchNormalization`. */
export interface GhostBatchNormalizationLayerOptions extends GhostBatchNormalizationOptions, LayerOptions {}

/**
 * Ghost batch normalization (Hoffer et al. 2017, arXiv 1705.08741): in training each ghost batch of `virtualBatchSize`
 * examples is normalized by its own statistics; the running statistics move once a step, by the average over the
 * ghosts. At inference it is batch normalization; `inferenceStatistics: "batch"` makes one batch of what it is given.
 */
export class GhostBatchNormalization extends RunningNormalization {
  readonly type = "ghostBatchNormalization";

  constructor(override readonly options: GhostBatchNormalizationLayerOptions) {
    super(options);
    const { virtualBatchSize } = options;
    const isSize = Number.isInteger(virtualBatchSize) && virtualBatchSize >= 2;
    requireOption(isSize, "virtualBatchSize", "a whole number of at least 2", virtualBatchSize);
  }

  protected normalize(input: Value, affine: Affine, { training, device }: LayerContext): NormalizedTraining {
    const options = { ...this.settings, device };
    if (!training) return normalizeByBatch(input, affine, options);
    return normalizeByGhosts(input, affine, { ...options, virtualBatchSize: this.options.virtualBatchSize });
  }
}

/** Options of `layers.batchRenormalization`. */
export interface BatchRenormalizationLayerOptions extends BatchRenormalizationOptions, LayerOptions {}

/**
 * Batch renormalization (Ioffe 2017, arXiv 1702.03275): in training the normalized batch is corrected towards what the
 * running statistics would make of it, x̂ · r + d within bounds, so that training and inference agree, with small
 * batches too. It begins as batch normalization and grows away from it with the steps that it has been trained for.
 */
export class BatchRenormalization extends RunningNormalization {
  readonly type = "batchRenormalization";
  private readonly bounds: ReturnType<typeof completedBounds>;

  constructor(override readonly options: BatchRenormalizationLayerOptions = {}) {
    super(options);
    this.bounds = completedBounds(options);
  }

  protected override get counts(): boolean {
    return super.counts || Object.values(this.bounds).some((bound) => typeof bound !== "number");
  }

  protected normalize(input: Value, affine: Affine, context: LayerContext): NormalizedTraining {
    const running = { mean: context.weight("runningMean"), variance: context.weight("runningVariance") };
    const steps = this.counts ? context.weight("batchesSeen") : undefined;
    const { device } = context;
    return renormalizeByBatch(input, affine, running, { ...this.settings, ...this.bounds, steps, device });
  }
}

/** Options of `layers.meanOnlyBatchNormalization`. */
export interface MeanOnlyBatchNormalizationLayerOptions
  extends MeanOnlyBatchNormalizationOptions,
    LayerOptions {}

/**
 * Mean-only batch normalization (Salimans & Kingma 2016, arXiv 1602.07868): subtracts the batch's mean, in inference the
 * running one, and divides by nothing.
 */
export class MeanOnlyBatchNormalization extends RunningNormalization {
  readonly type = "meanOnlyBatchNormalization";

  constructor(override readonly options: MeanOnlyBatchNormalizationLayerOptions = {}) {
    super({ ...options, scale: options.scale ?? false });
  }

  protected override get hasVariance(): boolean {
    return false;
  }

  protected normalize(input: Value, affine: Affine): NormalizedTraining {
    return normalizeByDeviation(input, affine, { ...this.settings, deviation: "none" });
  }
}

/** Options of `layers.noisyBatchNormalization`. */
export interface NoisyBatchNormalizationLayerOptions extends NoisyBatchNormalizationOptions, LayerOptions {}

/**
 * Batch normalization with `shiftingNoise` behind it (Santurkar et al. 2018, arXiv 1805.11604, section 2.2), which gives
 * every channel another mean and deviation at each training step. A frozen layer and inference have none.
 */
export class NoisyBatchNormalization extends BatchNormalization {
  override readonly type = "noisyBatchNormalization";
  private readonly noise: ReturnType<typeof completedNoise>;

  constructor(override readonly options: NoisyBatchNormalizationLayerOptions = {}) {
    super(options);
    this.noise = completedNoise(
      requireKnown("layers.noisyBatchNormalization: noise", options.noise ?? {}, shiftingNoiseOptionNames),
    );
  }

  override build(context: LayerContext, input: Value): Value {
    const output = super.build(context, input);
    if (!context.training || !this.trainable) return output;
    return withShiftingNoise(output, { ...this.noise, axis: this.settings.axis }, context.randomSeed);
  }
}

const optionNames = {
  ...layerOptionNames,
  ...channelNormalizationOptionNames,
  ...runningStatisticsOptionNames,
} as const;

/** Makers of these layers. */
export const batchNormalizationLayers = {
  /**
   * Batch normalization (Ioffe & Szegedy 2015) over one axis, by default axis 1: the features of `[N, C]`, the
   * channels of `[N, C, H, W]`. In training by the batch's statistics, at inference by the running ones.
   */
  batchNormalization: (options: BatchNormalizationLayerOptions = {}) =>
    new BatchNormalization(
      requireKnown("layers.batchNormalization", options, { ...optionNames, deviation: true }),
    ),
  /** Batch normalization in ghost batches of `virtualBatchSize` examples (Hoffer et al. 2017). */
  ghostBatchNormalization: (options: GhostBatchNormalizationLayerOptions) =>
    new GhostBatchNormalization(
      requireKnown("layers.ghostBatchNormalization", options, { ...optionNames, virtualBatchSize: true }),
    ),
  /** Batch normalization corrected towards the running statistics, within growing bounds (Ioffe 2017). */
  batchRenormalization: (options: BatchRenormalizationLayerOptions = {}) =>
    new BatchRenormalization(
      requireKnown("layers.batchRenormalization", options, {
        ...layerOptionNames,
        ...channelNormalizationOptionNames,
        momentum: true,
        runningMeanInitializer: true,
        runningVarianceInitializer: true,
        runningVariance: true,
        rMax: true,
        dMax: true,
      }),
    ),
  /** Subtracts the batch's mean and divides by nothing (Salimans & Kingma 2016). */
  meanOnlyBatchNormalization: (options: MeanOnlyBatchNormalizationLayerOptions = {}) =>
    new MeanOnlyBatchNormalization(
      requireKnown("layers.meanOnlyBatchNormalization", options, {
        ...layerOptionNames,
        axis: true,
        center: true,
        scale: true,
        betaInitializer: true,
        gammaInitializer: true,
        betaRegularizer: true,
        gammaRegularizer: true,
        momentum: true,
        runningMeanInitializer: true,
        inferenceStatistics: true,
      }),
    ),
  /** Batch normalization with shifting noise behind it in training (Santurkar et al. 2018). */
  noisyBatchNormalization: (options: NoisyBatchNormalizationLayerOptions = {}) =>
    new NoisyBatchNormalization(
      requireKnown("layers.noisyBatchNormalization", options, {
        ...optionNames,
        deviation: true,
        noise: true,
      }),
    ),
} as const;
