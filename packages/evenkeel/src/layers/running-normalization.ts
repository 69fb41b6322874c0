import type { Value } from "../graph/graph.js";
import { add, mul } from "../graph/operations.js";
import type { Shape } from "../graph/shape.js";
import {
  type Affine,
  axisAfterBatch,
  type ChannelNormalizationOptions,
  channelsOf,
  completed,
  movingAverage,
  normalizeByRunning,
  type RunningStatisticsOptions,
  type Statistics,
} from "../normalization/index.js";
import type { WeightSpecification } from "../weights/index.js";
import { affineValues, affineWeights } from "./affine.js";
import { Layer, type LayerContext, type LayerOptions } from "./layer.js";

/** A batch normalized in training, and the statistics that the running ones are moved towards. */
export interface NormalizedTraining extends Statistics {
  output: Value;
  /** How many parts of the batch had statistics of their own. Default 1. */
  ghosts?: number;
}

/**
 * What batch normalization and its relatives share: by the batch in training, by running statistics at inference, which
 * is one affine map for each channel. With `trainable` false such a layer is in inference mode in training too, and its
 * running statistics stay as they are (Keras ≥ 2).
 */
export abstract class RunningNormalization extends Layer {
  readonly settings: ReturnType<typeof completed>;

  constructor(
    override readonly options: ChannelNormalizationOptions & RunningStatisticsOptions & LayerOptions,
  ) {
    super(options);
    this.settings = completed(options);
  }

  /** Whether it divides by a deviation, whose square it keeps. */
  protected get hasVariance(): boolean {
    return true;
  }

  /** Whether it counts the batches that have moved its statistics. */
  protected get counts(): boolean {
    return this.settings.momentum === "cumulative";
  }

  /** Normalises a batch by its own statistics. */
  protected abstract normalize(input: Value, affine: Affine, context: LayerContext): NormalizedTraining;

  override weights(inputShape: Shape): WeightSpecification[] {
    const { settings } = this;
    const { size: count } = axisAfterBatch(inputShape, settings.axis);
    const statistic = { shape: [count], role: "statistic" } as const;
    const weights = affineWeights(settings, count);
    weights.push({ name: "runningMean", ...statistic, initializer: settings.runningMeanInitializer });
    if (this.hasVariance) {
      weights.push({
        name: "runningVariance",
        ...statistic,
        initializer: settings.runningVarianceInitializer,
      });
    }
    if (this.counts) weights.push({ name: "batchesSeen", shape: [], role: "counter", initializer: "zeros" });
    return weights;
  }

  build(context: LayerContext, input: Value): Value {
    const { settings } = this;
    const affine = affineValues(settings, context);
    const learns = context.training && this.trainable;
    if (!learns && settings.inferenceStatistics === "running") {
      const block = context.training ? undefined : context.channelBlock;
      return normalizeByRunning(input, affine, this.running(context), { ...settings, block });
    }
    if (context.training) this.refuseSingleValue(input);
    const batch = this.normalize(input, affine, context);
    if (learns) this.updateStatistics(batch, input, context);
    return batch.output;
  }

  /** The statistics from before this batch. */
  protected running(context: LayerContext) {
    return {
      mean: context.weight("runningMean"),
      variance: this.hasVariance ? context.weight("runningVariance") : undefined,
    };
  }

  private updateStatistics(batch: NormalizedTraining, input: Value, context: LayerContext) {
    const { axis, momentum, runningVariance } = this.settings;
    const running = this.running(context);
    const batches = this.counts ? context.weight("batchesSeen") : undefined;
    context.update("runningMean", movingAverage(running.mean, batch.mean, momentum, batches));
    if (running.variance) {
      const values = channelsOf(input, axis).valuesEach!;
      // Each part of the batch that has a mean of its own costs a degree of freedom.
      const correction = values / (values - (batch.ghosts ?? 1));
      const variance = runningVariance === "unbiased" ? mul(batch.variance!, correction) : batch.variance!;
      context.update("runningVariance", movingAverage(running.variance, variance, momentum, batches));
    }
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
