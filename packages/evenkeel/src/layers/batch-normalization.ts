import type { Value } from "../graph/graph.js";
import { add } from "../graph/operations.js";
import type { Shape } from "../graph/shape.js";
import { channelAxis, channelsOf } from "../normalization/channels.js";
import {
  type Affine,
  type BatchNormalizationOptions,
  batchNormalizationOptionNames,
  completed,
  normalizeByBatch,
  normalizeByRunning,
  updatedStatistics,
} from "../normalization/index.js";
import { requireKnown } from "../options/known.js";
import type { WeightSpecification } from "../weights/index.js";
import { Layer, type LayerContext, type LayerOptions, layerOptionNames } from "./layer.js";

/** Options of `layers.batchNormalization`. */
export interface BatchNormalizationLayerOptions extends BatchNormalizationOptions, LayerOptions {}

/**
 * Batch normalization (Ioffe & Szegedy 2015, arXiv 1502.03167).
 *
 * Training: normalises each channel by the mean and biased variance of the batch, and moves the running
 * statistics towards them. Inference: normalises by the running statistics. With `trainable` false it is in
 * inference mode in training too, and its running statistics stay as they are (Keras ≥ 2).
 */
export class BatchNormalization extends Layer {
  readonly type = "batchNormalization";
  private readonly settings: ReturnType<typeof completed>;

  constructor(override readonly options: BatchNormalizationLayerOptions = {}) {
    super(options);
    this.settings = completed(options);
  }

  override weights(inputShape: Shape): WeightSpecification[] {
    const { settings } = this;
    const shape = [channelAxis(inputShape, settings.axis).count];
    const weights: WeightSpecification[] = [];
    if (settings.scale) {
      const { gammaInitializer: initializer, gammaRegularizer: regularizer } = settings;
      weights.push({ name: "gamma", shape, role: "gamma", initializer, regularizer });
    }
    if (settings.center) {
      const { betaInitializer: initializer, betaRegularizer: regularizer } = settings;
      weights.push({ name: "beta", shape, role: "beta", initializer, regularizer });
    }
    weights.push(
      { name: "runningMean", shape, role: "statistic", initializer: settings.runningMeanInitializer },
      { name: "runningVariance", shape, role: "statistic", initializer: settings.runningVarianceInitializer },
    );
    if (settings.momentum === "cumulative") {
      weights.push({ name: "batchesSeen", shape: [], role: "counter", initializer: "zeros" });
    }
    return weights;
  }

  build(context: LayerContext, input: Value): Value {
    const { settings } = this;
    const affine: Affine = {
      gamma: settings.scale ? context.weight("gamma") : undefined,
      beta: settings.center ? context.weight("beta") : undefined,
    };
    const learns = context.training && this.trainable;
    if (!learns && settings.inferenceStatistics === "running") {
      const running = { mean: context.weight("runningMean"), variance: context.weight("runningVariance") };
      return normalizeByRunning(input, affine, running, settings);
    }
    if (context.training) this.refuseSingleValue(input);
    const { device } = context;
    const { output, mean, variance, channels } = normalizeByBatch(input, affine, { ...settings, device });
    if (learns) this.updateStatistics({ mean, variance }, channels.valuesEach!, context);
    return output;
  }

  private updateStatistics(
    batch: { mean: Value; variance: Value },
    valuesEach: number,
    context: LayerContext,
  ) {
    const { momentum, runningVariance } = this.settings;
    const running = { mean: context.weight("runningMean"), variance: context.weight("runningVariance") };
    const batches = momentum === "cumulative" ? context.weight("batchesSeen") : undefined;
    const after = updatedStatistics(running, batch, { momentum, runningVariance, valuesEach }, batches);
    context.update("runningMean", after.mean);
    context.update("runningVariance", after.variance);
    if (batches) context.update("batchesSeen", add(batches, 1));
  }

  /** One value per channel is its own mean: the output would be beta, whatever the input. */
  private refuseSingleValue(input: Value): void {
    if (channelsOf(input, this.settings.axis).valuesEach !== 1) return;
    throw new RangeError(
      `${this.name}: a batch of one example has one value for each of its channels, of shape [${input.shape.join(", ")}], so there is nothing to average over: every output would be beta, whatever the input. Train with batchSize 2 or more, or set trainable: false to normalise by the running statistics.`,
    );
  }
}

/** Makers of these layers. */
export const batchNormalizationLayers = {
  /**
   * Batch normalization (Ioffe & Szegedy 2015) over one axis, by default axis 1: the features of `[N, C]`, the
   * channels of `[N, C, H, W]`. In training by the batch's statistics, at inference by the running ones.
   */
  batchNormalization: (options: BatchNormalizationLayerOptions = {}) =>
    new BatchNormalization(
      requireKnown("layers.batchNormalization", options, {
        ...layerOptionNames,
        ...batchNormalizationOptionNames,
      }),
    ),
} as const;
