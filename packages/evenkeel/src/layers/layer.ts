import type { Value } from "../graph/graph.js";
import type { Shape } from "../graph/shape.js";
import { shown } from "../options/known.js";
import type { WeightSpecification } from "../weights/index.js";

/** Options that every layer takes. */
export interface LayerOptions {
  /**
   * Unique in the model; values and weights are named after it. Default: the type in snake case and a number,
   * `batch_normalization_1`.
   */
  name?: string;
  /**
   * Whether `fit` changes the layer's weights. A frozen batch normalization also runs in inference mode and
   * leaves its running statistics alone, as Keras ≥ 2 does. Default true. May be set on the layer later.
   */
  trainable?: boolean;
  /** Shape of one example, for the first layer of a model in place of an `inputLayer`. */
  inputShape?: readonly number[];
}

/** The names of `LayerOptions`. */
export const layerOptionNames = { name: true, trainable: true, inputShape: true } as const;

/** What a layer can use while it writes itself into a graph. */
export interface LayerContext {
  /** True when the graph trains: dropout drops, batch normalization uses the batch. */
  readonly training: boolean;
  /** The execution provider the graph is meant for; the fastest formulation differs. */
  readonly device: string;
  /** The present value of one of the layer's weights. */
  weight(name: string): Value;
  /** Gives a statistic its value for the next step. Only while training. */
  update(name: string, next: Value): void;
  /** A uint32 scalar that differs at every step and every call: the seed of the layer's random numbers. */
  randomSeed(): Value;
}

/**
 * A layer says which weights it needs and writes its computation into a graph. It holds options only, no
 * tensors: the same layer object describes training, inference and export.
 */
export abstract class Layer {
  /** The name under which it is saved, for example `dense`. */
  abstract readonly type: string;
  /** Given by the model when the options leave it open. */
  name: string;
  trainable: boolean;

  /** @param options as the layer was made: plain data from which it is rebuilt. */
  constructor(readonly options: LayerOptions) {
    const { inputShape } = options;
    requireOption(
      inputShape === undefined ||
        (Array.isArray(inputShape) && inputShape.every((size) => Number.isInteger(size) && size > 0)),
      "inputShape",
      "the shape of one example, for example [28, 28]",
      inputShape,
    );
    this.name = options.name ?? "";
    this.trainable = options.trainable ?? true;
  }

  /**
   * The weights for inputs of this shape; `[N, ...]` with any N.
   *
   * @throws Error when the layer can't take such an input.
   */
  weights(_inputShape: Shape): WeightSpecification[] {
    return [];
  }

  /** Adds the layer's computation to the graph of `input`. */
  abstract apply(input: Value, context: LayerContext): Value;

  /** The options, as plain data. */
  configuration(): Record<string, unknown> {
    return { ...this.options, name: this.name, trainable: this.trainable };
  }
}

/** The features of inputs `[N, features]`. @throws Error for other ranks or an unknown size. */
export function featureCount(inputShape: Shape, layer: string): number {
  const features = inputShape[1];
  if (inputShape.length === 2 && typeof features === "number") return features;
  throw new Error(
    `${layer} needs inputs of shape [N, features], got [${inputShape.join(", ")}]. Put layers.flatten() before it.`,
  );
}

/** Stops with the option's name and what it must be, unless the condition holds. */
export function requireOption(holds: boolean, option: string, expected: string, got: unknown): void {
  if (!holds) throw new RangeError(`${option} must be ${expected}, got ${shown(got)}.`);
}
