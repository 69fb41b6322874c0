import type { Value } from "../graph/graph.js";
import { pad } from "../graph/operations.js";
import { requireKnown } from "../options/known.js";
import { requireOption } from "../options/require.js";
import { Layer, type LayerContext, type LayerOptions, layerOptionNames } from "./layer.js";

/** Options of `layers.zeroPaddingChannels`. */
export interface ZeroPaddingChannelsOptions extends LayerOptions {
  /** Channels of zeros on either side, or `[before, behind]`. */
  padding: number | readonly [before: number, behind: number];
}

/**
 * Channels of zeros around those there are: `[N, C, ...] → [N, before + C + behind, ...]`. The shortcuts of residual
 * networks without weights need it (He et al. 2015, option A).
 */
export class ZeroPaddingChannels extends Layer {
  readonly type = "zeroPaddingChannels";
  private readonly sides: readonly number[];

  constructor(override readonly options: ZeroPaddingChannelsOptions) {
    super(options);
    const { padding } = options;
    this.sides = typeof padding === "number" ? [padding, padding] : (padding ?? []);
    requireOption(
      this.sides.length === 2 && this.sides.every((count) => Number.isInteger(count) && count >= 0),
      "padding",
      "a whole number of at least 0, or [before, behind]",
      padding,
    );
  }

  build(_context: LayerContext, input: Value): Value {
    const [before, behind] = this.sides.map((count) =>
      input.shape.map((_, axis) => (axis === 1 ? count : 0)),
    );
    return pad(input, before!, behind!);
  }
}

/** Makers of these layers. */
export const channelPaddingLayers = {
  /** Channels of zeros around those of `[N, C, ...]`. */
  zeroPaddingChannels: (options: ZeroPaddingChannelsOptions) =>
    new ZeroPaddingChannels(
      requireKnown("layers.zeroPaddingChannels", options, { ...layerOptionNames, padding: true }),
    ),
} as const;
