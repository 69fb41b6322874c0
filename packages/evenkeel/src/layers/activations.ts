import type { Value } from "../graph/graph.js";
import * as graph from "../graph/operations.js";
import type { Shape } from "../graph/shape.js";
import { requireKnown } from "../options/known.js";
import { requireClasses, requireOption } from "../options/require.js";
import type { Initializer, Regularizer, WeightSpecification } from "../weights/index.js";
import { Layer, type LayerContext, type LayerOptions, layerOptionNames } from "./layer.js";

/** Activation functions by name. `softmax` goes over the last axis of `[N, classes]` or `[N, positions, classes]`; more axes are refused. */
export type ActivationName = keyof typeof functions;

/** The parameters that some activations take. */
export interface ActivationParameters {
  /** Slope of `leakyRelu` for negative values, default 0.3 (Keras 2 and TensorFlow.js); scale of `elu`, default 1. */
  alpha?: number;
  /** `gelu` by the error function, default; `tanh` for the approximation (Hendrycks & Gimpel 2016). */
  approximate?: "none" | "tanh";
}

const functions = {
  elu: (x: Value, { alpha = 1 }: ActivationParameters) => graph.elu(x, alpha),
  gelu: (x: Value, { approximate = "none" }: ActivationParameters) => graph.gelu(x, approximate),
  leakyRelu: (x: Value, { alpha = 0.3 }: ActivationParameters) => graph.leakyRelu(x, alpha),
  linear: (x: Value) => x,
  relu: (x: Value) => graph.relu(x),
  selu: (x: Value) => graph.selu(x),
  sigmoid: (x: Value) => graph.sigmoid(x),
  softmax: (x: Value) => {
    requireClasses("softmax", x.shape);
    return graph.softmax(x);
  },
  softplus: (x: Value) => graph.softplus(x),
  tanh: (x: Value) => graph.tanh(x),
} satisfies Record<string, (x: Value, parameters: ActivationParameters) => Value>;

/** Applies an activation by name. */
export function activate(name: ActivationName, x: Value, parameters: ActivationParameters = {}): Value {
  return functions[name](x, parameters);
}

/** @throws RangeError unless there is an activation of this name. */
export function requireActivation(name: string): void {
  const known = Object.keys(functions).join(", ");
  requireOption(
    Object.hasOwn(functions, name),
    "activation",
    `one of ${known} (prelu, rrelu and maxout are layers of their own, layers.prelu and its like)`,
    name,
  );
}

/** Options of `layers.activation`. */
export interface ActivationOptions extends LayerOptions, ActivationParameters {
  /** The function's name. */
  activation: ActivationName;
}

/** An activation as a layer of its own, so that something can stand between it and the layer before. */
export class Activation extends Layer {
  readonly type = "activation";

  constructor(override readonly options: ActivationOptions) {
    super(options);
    requireActivation(options.activation);
    const { alpha = 0, approximate = "none" } = options;
    requireOption(Number.isFinite(alpha), "alpha", "a finite number", alpha);
    requireOption(["none", "tanh"].includes(approximate), "approximate", '"none" or "tanh"', approximate);
  }

  build(_context: LayerContext, input: Value): Value {
    return activate(this.options.activation, input, this.options);
  }
}

/** Options of `layers.prelu`. */
export interface PReluOptions extends LayerOptions {
  /** Where the slopes begin. Default `zeros`, Keras's; He et al. 2015 begin at 0.25. */
  alphaInitializer?: Initializer;
  /** Penalty on the slopes: `l1(…)`, `l2(…)` or `l1l2({…})`. Default none. */
  alphaRegularizer?: Regularizer;
  /** Axes along which one slope is shared, 1 for the first after the batch. Default none. */
  sharedAxes?: readonly number[];
}

/** max(0, x) + alpha · min(0, x) with alpha learned, one for each feature (He et al. 2015, arXiv 1502.01852). */
export class PRelu extends Layer {
  readonly type = "prelu";

  constructor(override readonly options: PReluOptions = {}) {
    super(options);
    const { sharedAxes = [] } = options;
    requireOption(
      Array.isArray(sharedAxes) && sharedAxes.every((axis) => Number.isInteger(axis) && axis >= 1),
      "sharedAxes",
      "an array of axes after the batch, for example [2, 3]",
      sharedAxes,
    );
  }

  override weights(inputShape: Shape): WeightSpecification[] {
    const { alphaInitializer = "zeros", alphaRegularizer, sharedAxes = [] } = this.options;
    requireOption(
      sharedAxes.every((axis) => axis < inputShape.length),
      "sharedAxes",
      `axes from 1 to ${inputShape.length - 1}`,
      sharedAxes,
    );
    const shape = inputShape.slice(1).map((size, axis) => (sharedAxes.includes(axis + 1) ? 1 : Number(size)));
    return [
      { name: "alpha", shape, role: "slope", initializer: alphaInitializer, regularizer: alphaRegularizer },
    ];
  }

  build(context: LayerContext, input: Value): Value {
    return graph.pRelu(input, context.weight("alpha"));
  }
}

/** Makers of these layers. */
export const activationLayers = {
  /** An activation function as a layer of its own, so that something can stand between it and the layer before. */
  activation: (options: ActivationOptions) =>
    new Activation(
      requireKnown("layers.activation", options, {
        ...layerOptionNames,
        activation: true,
        alpha: true,
        approximate: true,
      }),
    ),
  /** max(0, x) + alpha · min(0, x) with alpha learned (He et al. 2015). */
  prelu: (options: PReluOptions = {}) =>
    new PRelu(
      requireKnown("layers.prelu", options, {
        ...layerOptionNames,
        alphaInitializer: true,
        alphaRegularizer: true,
        sharedAxes: true,
      }),
    ),
} as const;
