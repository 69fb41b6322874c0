import { Graph, type Value } from "../graph/graph.js";
import { type Shape, sameShape } from "../graph/shape.js";
import { shown } from "../options/known.js";
import { requireBoolean, requireOption } from "../options/require.js";
import { formatShape } from "../tensor/tensor.js";
import type { WeightSpecification } from "../weights/index.js";

/** The name of the batch dimension where it is left open. */
export const batchDimension = "batch";

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

/** What a graph is built for: the fastest formulation differs. */
export interface Target {
  /** The execution provider; `any` for a model that goes elsewhere. */
  readonly device: string;
  /**
   * How many channels of images lie side by side in the layout in which the device convolves fastest; 1 where there is
   * no such layout.
   */
  readonly channelBlock: number;
}

/** What a layer can use while it writes itself into a graph. */
export interface LayerContext extends Target {
  /** True when the graph trains: dropout drops, batch normalization uses the batch. */
  readonly training: boolean;
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
  /** How many inputs it takes. */
  readonly inputCount: { readonly least: number; readonly most: number } = { least: 1, most: 1 };
  /** Given by the model when the options leave it open. */
  name: string;
  trainable: boolean;

  /** @param options as the layer was made: plain data from which it is rebuilt. */
  constructor(readonly options: LayerOptions) {
    const { inputShape, trainable = true } = options;
    requireOption(
      inputShape === undefined ||
        (Array.isArray(inputShape) && inputShape.every((size) => Number.isInteger(size) && size > 0)),
      "inputShape",
      "the shape of one example, for example [28, 28]",
      inputShape,
    );
    this.name = options.name ?? "";
    requireBoolean("trainable", trainable);
    this.trainable = trainable;
  }

  /**
   * Applies the layer to what other layers give, in a functional model. Applied several times, it is shared: one set
   * of weights at all its places.
   *
   * @param inputs a symbolic tensor, or an array of them for layers of several inputs.
   * @returns what the layer gives for them: its shape is known, its values are not.
   * @throws Error when the layer cannot take inputs of these shapes, or its `inputShape` is another.
   */
  apply(inputs: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor {
    const given: readonly unknown[] = Array.isArray(inputs) ? inputs : [inputs];
    for (const [index, value] of given.entries()) {
      if (value instanceof SymbolicTensor) continue;
      throw new TypeError(
        `Input ${index + 1} of ${titleOf(this)} must be a symbolic tensor, got ${shown(value)}. Begin with input({ shape: [...] }) and apply layers to what others give.`,
      );
    }
    const tensors = given as SymbolicTensor[];
    const { inputShape } = this.options;
    for (const { shape } of inputShape ? tensors : []) {
      if (sameShape(shape.slice(1), inputShape!)) continue;
      throw new RangeError(
        `The inputShape of ${titleOf(this)} is ${formatShape(inputShape!)}, but it is applied to examples of shape ${formatShape(shape.slice(1))}. Leave inputShape out: what a layer is applied to has a shape.`,
      );
    }
    const { shape } = describeLayer(
      this,
      tensors.map(({ shape }) => shape),
    );
    return new SymbolicTensor(this, tensors, shape);
  }

  /**
   * The weights for inputs of these shapes; `[N, ...]` with any N.
   *
   * @throws Error when the layer can't take such inputs.
   */
  weights(..._inputShapes: Shape[]): WeightSpecification[] {
    return [];
  }

  /** Adds the layer's computation to the graph of its inputs. */
  abstract build(context: LayerContext, ...inputs: Value[]): Value;

  /** The options, as plain data. */
  configuration(): Record<string, unknown> {
    return { ...this.options, name: this.name, trainable: this.trainable };
  }
}

let symbolicTensors = 0;

/** What a layer gives in a functional model, before there are values (TensorFlow.js's name for it). */
export class SymbolicTensor {
  /** Grows from one to the next, so that it is an order in which they can be computed. */
  readonly order = symbolicTensors++;

  /** Made by `input` and by `layer.apply`. */
  constructor(
    readonly layer: Layer,
    /** What the layer is applied to; nothing for an input of the model. */
    readonly inputs: readonly SymbolicTensor[],
    /** With `"batch"` for the open first dimension. */
    readonly shape: Shape,
  ) {}
}

/** What a layer is called in messages; it may not have a name yet. */
function titleOf({ name, type }: Layer): string {
  if (name !== "") return `layer "${name}"`;
  return `${/^[aeiou]/.test(type) ? "an" : "a"} ${type.replace(/Layer$/, "")} layer`;
}

/**
 * What a layer gives for inputs of these shapes, at inference and with an open batch, and the weights it needs.
 *
 * @throws Error naming the layer and the shapes that do not fit.
 */
export function describeLayer(
  layer: Layer,
  inputShapes: readonly Shape[],
): { shape: Shape; weights: WeightSpecification[] } {
  const title = titleOf(layer);
  const start = title[0]!.toUpperCase() + title.slice(1);
  const { least, most } = layer.inputCount;
  if (inputShapes.length < least || inputShapes.length > most) {
    const wanted = least === most ? `${least} input${least === 1 ? "" : "s"}` : `${least} inputs or more`;
    throw new Error(`${start} takes ${wanted}, got ${inputShapes.length}.`);
  }
  const graph = new Graph("shapes");
  const own = new Map<string, Value>();
  try {
    const weights = layer.weights(...inputShapes);
    for (const { name, shape } of weights) own.set(name, graph.input(`weight/${name}`, "float32", shape));
    const context: LayerContext = {
      training: false,
      device: "cpu",
      channelBlock: 1,
      weight: (name) => own.get(name)!,
      update: () => {},
      randomSeed: () => graph.constant(0, "uint32"),
    };
    const inputs = inputShapes.map((shape, index) => graph.input(`input_${index}`, "float32", shape));
    return { shape: layer.build(context, ...inputs).shape, weights };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const shapes = inputShapes.map(formatShape).join(" and ");
    throw new Error(`${start} cannot take inputs of shape ${shapes}: ${message}`, { cause });
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
