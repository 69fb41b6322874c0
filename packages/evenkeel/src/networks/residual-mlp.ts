import type { Model } from "../model/index.js";
import { requireKnown } from "../options/known.js";
import { Assembly } from "./assembly.js";
import { type NetworkOptions, networkOptionNames, requireCount } from "./options.js";
import { checkResidual, joined, type ResidualSum } from "./residual-sum.js";

/**
 * Options of `networks.residualMlp`. `inputShape` is `[784]` by default, `dropoutRate` acts before the dense layer of
 * each block.
 */
export interface ResidualMlpOptions extends NetworkOptions {
  /** The number of residual blocks. */
  blocks: number;
  /** The width of the first layer and of every block. Default 100. */
  units?: number;
  /** How branches join their shortcuts. Default `sum`; with the others, `normalization` is `none` unless told. */
  residual?: ResidualSum;
}

/**
 * The residual network of dense layers: a dense layer, blocks whose branch is normalization, activation and dense
 * layer, and behind the last sum normalization, activation and the output layer. With `activation: "linear"` and the
 * kernels `lecunNormal`, which then keep the variance, the fully connected networks of De & Smith 2020, section 3. An
 * input of more axes is flattened. Kernels begin as `heNormal` unless told.
 *
 * @throws RangeError naming the option that is wrong.
 */
export function residualMlp(options: ResidualMlpOptions): Model {
  const who = "networks.residualMlp";
  const known = { ...networkOptionNames, blocks: true, units: true, residual: true } as const;
  const { blocks, units = 100, residual = "sum", ...shared } = requireKnown(who, options, known);
  requireCount(who, "blocks", blocks);
  requireCount(who, "units", units);
  checkResidual(who, residual);
  const net = new Assembly(who, shared, {
    inputShape: [784],
    kernelInitializer: "heNormal",
    normalization: residual === "sum" ? "batchNormalization" : "none",
  });
  const names = Array.from({ length: blocks }, (_, index) => `block_${index + 1}`);
  // A sum of branches passes the next block's normalization, or at last the head's.
  const behind = [...names.map((name) => `${name}_normalization`), "head_normalization"];
  let x = net.products(net.features(), "stem", units, behind[0]);
  for (const [index, name] of names.entries()) {
    const activated = net.activated(x, `${name}_normalization`, `${name}_activation`);
    const kept = net.dropout(activated, `${name}_dropout`);
    const branch = net.products(kept, `${name}_dense`, units, behind[index + 1]);
    x = joined(name, residual, x, branch);
  }
  return net.classifier(net.activated(x, "head_normalization", "head_activation"));
}
