import type { Model, ModelOptions } from "../model/index.js";
import { requireKnown } from "../options/known.js";
import { requireOption } from "../options/require.js";
import { Assembly } from "./assembly.js";
import { type NetworkOptions, networkOptionNames, requireCount } from "./options.js";

/** Options of `networks.mlp`. `inputShape` is `[784]` by default, `dropoutRate` acts behind every hidden layer. */
export interface MlpOptions extends NetworkOptions {
  /** The widths of the hidden layers. Default `[300, 100]`. */
  units?: readonly number[];
}

/**
 * The multilayer perceptron, by default 784-300-100-10: `dense_1`, `dense_2`, …, `output`. An input of more axes is
 * flattened. Kernels begin as `glorotUniform` unless told.
 *
 * @throws RangeError naming the option that is wrong.
 */
export function mlp(options: MlpOptions = {}): Model {
  const who = "networks.mlp";
  const { units = [300, 100], ...shared } = requireKnown(who, options, {
    ...networkOptionNames,
    units: true,
  });
  requireOption(Array.isArray(units), `${who}: units`, "an array of the hidden layers' widths", units);
  for (const count of units) requireCount(who, "each of units", count);
  const net = new Assembly(who, shared, { inputShape: [784], kernelInitializer: "glorotUniform" });
  let x = net.features();
  for (const [index, count] of units.entries()) {
    const name = `dense_${index + 1}`;
    x = net.dropout(net.dense(x, name, count), `${name}_dropout`);
  }
  return net.classifier(x);
}

/** Options of `networks.deepLinear`. */
export interface DeepLinearOptions
  extends ModelOptions,
    Pick<NetworkOptions, "normalization" | "useBias" | "kernelInitializer" | "kernelRegularizer"> {
  /** The number of layers. Default 25. */
  depth?: number;
  /** The size of the input, of every layer and so of the output. Default 10. */
  units?: number;
}

/**
 * The deep linear network of Santurkar et al. 2018: W₁W₂…W₂₅x, without biases and activations. `dense_1` to `dense_25`;
 * a `normalization` (default none) stands behind each layer but the last, which is the output.
 *
 * @throws RangeError naming the option that is wrong.
 */
export function deepLinear(options: DeepLinearOptions = {}): Model {
  const who = "networks.deepLinear";
  const {
    depth = 25,
    units = 10,
    normalization = "none",
    useBias = false,
    ...shared
  } = requireKnown(who, options, {
    depth: true,
    units: true,
    normalization: true,
    useBias: true,
    kernelInitializer: true,
    kernelRegularizer: true,
    seed: true,
    runtime: true,
  });
  requireCount(who, "depth", depth);
  requireCount(who, "units", units);
  const net = new Assembly(
    who,
    { ...shared, normalization, useBias, activation: "linear" },
    { inputShape: [units], kernelInitializer: "glorotUniform" },
  );
  let x = net.features();
  for (let layer = 1; layer < depth; layer++) x = net.dense(x, `dense_${layer}`, units);
  return net.model(net.products(x, `dense_${depth}`, units));
}
