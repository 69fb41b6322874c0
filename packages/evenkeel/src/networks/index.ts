import { caffeNet, leNet5, vgg } from "./convolutional.js";
import { deepLinear, mlp } from "./perceptrons.js";
import { resNet, wideResNet } from "./residual.js";
import { residualMlp } from "./residual-mlp.js";

/**
 * The networks of the works on batch normalization, ready to compile, by name: each a function of options that gives a
 * model. docs/networks.md has the names of their layers.
 */
export const networks = { caffeNet, deepLinear, leNet5, mlp, residualMlp, resNet, vgg, wideResNet } as const;

export type { CaffeNetOptions, LeNet5Options, VggOptions } from "./convolutional.js";
export type {
  ActivationChoice,
  LayerMaker,
  NetworkOptions,
  NormalizationChoice,
  NormalizationName,
  NormalizationSettings,
} from "./options.js";
export type { DeepLinearOptions, MlpOptions } from "./perceptrons.js";
export type { ResidualOptions, ResNetOptions, WideResNetOptions } from "./residual.js";
export type { ResidualMlpOptions } from "./residual-mlp.js";
export type { ResidualSum } from "./residual-sum.js";
