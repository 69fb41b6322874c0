import type { Value } from "../graph/graph.js";
import type { Shape } from "../graph/shape.js";
import {
  axisAfterBatch,
  type ChannelNormalizationOptions,
  channelNormalizationOptionNames,
  completedChannels,
  type GroupNormalizationOptions,
  normalizeByGroup,
  valuesOfGroup,
} from "../normalization/index.js";
import { requireKnown } from "../options/known.js";
import { requireOption } from "../options/require.js";
import type { WeightSpecification } from "../weights/index.js";
import { affineValues, affineWeights } from "./affine.js";
import { Layer, type LayerContext, type LayerOptions, layerOptionNames } from "./layer.js";

/** Options of `layers.layerNormalization` and `layers.instanceNormalization`. */
export interface ExampleNormalizationOptions extends ChannelNormalizationOptions, LayerOptions {}

/** Options of `layers.groupNormalization`. */
export interface GroupNormalizationLayerOptions extends GroupNormalizationOptions, LayerOptions {}

/**
 * Normalization of each example by itself, its channels in groups: the same in training and at inference, whatever
 * else is in the batch.
 */
abstract class ExampleNormalization extends Layer {
  private readonly settings: ReturnType<typeof completedChannels>;

  constructor(override readonly options: ExampleNormalizationOptions) {
    super(options);
    this.settings = completedChannels(options);
  }

  /** In how many groups so many channels are. */
  protected abstract groupsOf(channels: number): number;

  override weights(inputShape: Shape): WeightSpecification[] {
    const { size: count } = axisAfterBatch(inputShape, this.settings.axis);
    valuesOfGroup(inputShape, this.settings.axis, this.groupsOf(count));
    return affineWeights(this.settings, count);
  }

  build(context: LayerContext, input: Value): Value {
    const { axis, epsilon } = this.settings;
    const groups = this.groupsOf(axisAfterBatch(input.shape, axis).size);
    const { device } = context;
    return normalizeByGroup(input, affineValues(this.settings, context), { axis, groups, epsilon, device });
  }
}

/** Group normalization (Wu & He 2018, arXiv 1803.08494): over the positions and the channels of each group. */
export class GroupNormalization extends ExampleNormalization {
  readonly type = "groupNormalization";

  constructor(override readonly options: GroupNormalizationLayerOptions = {}) {
    super(options);
    const { groups = 32 } = options;
    const isCount = Number.isInteger(groups) && groups >= 1;
    requireOption(isCount, "groups", "a whole number of at least 1", groups);
  }

  protected groupsOf(): number {
    return this.options.groups ?? 32;
  }
}

/**
 * Layer normalization (Ba et al. 2016, arXiv 1607.06450): over all channels and positions of an example, with a gamma and
 * a beta for each channel. It is group normalization with one group, as Wu & He compare it. (Keras averages over the
 * last axis alone; PyTorch's `normalized_shape` has a gamma for every position, too.)
 */
export class LayerNormalization extends ExampleNormalization {
  readonly type = "layerNormalization";

  constructor(options: ExampleNormalizationOptions = {}) {
    super(options);
  }

  protected groupsOf(): number {
    return 1;
  }
}

/** Instance normalization (Ulyanov et al. 2016, arXiv 1607.08022): over the positions of each channel of an example. */
export class InstanceNormalization extends ExampleNormalization {
  readonly type = "instanceNormalization";

  constructor(options: ExampleNormalizationOptions = {}) {
    super(options);
  }

  protected groupsOf(channels: number): number {
    return channels;
  }
}

const optionNames = { ...layerOptionNames, ...channelNormalizationOptionNames } as const;

/** Makers of these layers. */
export const groupNormalizationLayers = {
  /** Over the positions and the channels of each group, for each example (Wu & He 2018). */
  groupNormalization: (options: GroupNormalizationLayerOptions = {}) =>
    new GroupNormalization(
      requireKnown("layers.groupNormalization", options, { ...optionNames, groups: true }),
    ),
  /** Over the positions of each channel, for each example (Ulyanov et al. 2016). */
  instanceNormalization: (options: ExampleNormalizationOptions = {}) =>
    new InstanceNormalization(requireKnown("layers.instanceNormalization", options, optionNames)),
  /** Over all channels and positions, for each example (Ba et al. 2016); gamma and beta for each channel. */
  layerNormalization: (options: ExampleNormalizationOptions = {}) =>
    new LayerNormalization(requireKnown("layers.layerNormalization", options, optionNames)),
} as const;
