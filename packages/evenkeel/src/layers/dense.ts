import type { Value } from "../graph/graph.js";
import { gemm, matMul } from "../graph/operations.js";
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
import { featureCount, Layer, type LayerContext, type LayerOptions, layerOptionNames } from "./layer.js";

/** Options of `layers.dense`. */
export interface DenseOptions extends LayerOptions {
  /** The number of outputs. */
  units: number;
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
   * Whether the kernel is used less its mean and divided by its deviation over the inputs of each unit (Qiao et al. 2019),
   * or `{ epsilon }` of that, 1e-5 by default. Default false.
   */
  weightStandardization?: WeightStandardization;
}

/** activation(x · kernel + bias): `[N, features] → [N, units]`, kernel `[features, units]`. */
export class Dense extends Layer {
  readonly type = "dense";

  constructor(override readonly options: DenseOptions) {
    super(options);
    const { units, activation = "linear", useBias = true, weightStandardization = false } = options;
    requireOption(Number.isInteger(units) && units > 0, "units", "a whole number of at least 1", units);
    requireBoolean("useBias", useBias);
    requireActivation(activation);
    requireWeightStandardization(weightStandardization);
  }

  override weights(inputShape: Shape): WeightSpecification[] {
    const { units, useBias = true, kernelInitializer, biasInitializer } = this.options;
    const kernel: WeightSpecification = {
      name: "kernel",
      shape: [featureCount(inputShape, "dense"), units],
      role: "kernel",
      initializer: kernelInitializer ?? "glorotUniform",
      regularizer: this.options.kernelRegularizer,
    };
    const bias: WeightSpecification = {
      name: "bias",
      shape: [units],
      role: "bias",
      initializer: biasInitializer ?? "zeros",
      regularizer: this.options.biasRegularizer,
    };
    return useBias ? [kernel, bias] : [kernel];
  }

  build(context: LayerContext, input: Value): Value {
    const { useBias = true, activation = "linear", weightStandardization = false } = this.options;
    const kernel = standardizedKernel(context.weight("kernel"), 1, weightStandardization, context.device);
    const sum = useBias ? gemm(input, kernel, context.weight("bias")) : matMul(input, kernel);
    return activate(activation, sum);
  }
}

/** Makers of these layers. */
export const denseLayers = {
  /** activation(x · kernel + bias): `[N, features] → [N, units]`. */
  dense: (options: DenseOptions) =>
    new Dense(
      requireKnown("layers.dense", options, {
        ...layerOptionNames,
        units: true,
        activation: true,
        useBias: true,
        kernelInitializer: true,
        biasInitializer: true,
        kernelRegularizer: true,
        biasRegularizer: true,
        weightStandardization: true,
      }),
    ),
} as const;
