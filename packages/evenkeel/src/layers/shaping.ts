import type { Value } from "../graph/graph.js";
import { add, flatten, identity, mul } from "../graph/operations.js";
import { Layer, type LayerContext, type LayerOptions, requireOption } from "./layer.js";

/** Options of `layers.inputLayer`. */
export interface InputLayerOptions extends LayerOptions {
  /** Shape of one example, without the batch: `[28, 28]`. */
  inputShape: readonly number[];
}

/** Declares what a model takes; computes nothing. */
export class InputLayer extends Layer {
  readonly type = "inputLayer";

  constructor(override readonly options: InputLayerOptions) {
    super(options);
    const sizes = options.inputShape ?? [];
    requireOption(
      Array.isArray(sizes) && sizes.length > 0 && sizes.every((size) => Number.isInteger(size) && size > 0),
      "inputShape",
      "the shape of one example, for example [28, 28]",
      options.inputShape,
    );
  }

  apply(input: Value): Value {
    return input;
  }
}

/** `[N, ...] → [N, features]`, row by row. */
export class Flatten extends Layer {
  readonly type = "flatten";

  constructor(options: LayerOptions = {}) {
    super(options);
  }

  apply(input: Value): Value {
    return input.shape.length === 2 ? identity(input) : flatten(input);
  }
}

/** Options of `layers.rescaling`. */
export interface RescalingOptions extends LayerOptions {
  /** Factor, for example `1 / 255` for pixels. */
  scale: number;
  /** Added after it. Default 0. */
  offset?: number;
}

/** x · scale + offset: input scaling that is part of the model, so that the saved file takes raw values (Keras's name). */
export class Rescaling extends Layer {
  readonly type = "rescaling";

  constructor(override readonly options: RescalingOptions) {
    super(options);
    const { scale, offset = 0 } = options;
    requireOption(Number.isFinite(scale), "scale", "a finite number", scale);
    requireOption(Number.isFinite(offset), "offset", "a finite number", offset);
  }

  apply(input: Value, _context: LayerContext): Value {
    const { scale, offset = 0 } = this.options;
    const scaled = mul(input, scale);
    return offset === 0 ? scaled : add(scaled, offset);
  }
}
