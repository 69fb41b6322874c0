import { layers, type SymbolicTensor } from "../layers/index.js";
import { requireOption } from "../options/require.js";

/**
 * How a block's branch f joins its shortcut x:
 *
 * - `sum`: x + f(x)
 * - `{ skipInit: α }`: x + α·f(x) with a learned scalar for each block that begins at α (De & Smith 2020: 0, or at most
 *   1/√blocks)
 * - `dividedByRoot2`: (x + f(x))/√2
 */
export type ResidualSum = "sum" | { skipInit: number } | "dividedByRoot2";

/** @throws RangeError for anything else, naming the option `residual`. */
export function checkResidual(who: string, residual: ResidualSum): void {
  const isNamed = residual === "sum" || residual === "dividedByRoot2";
  const isSkipInit = typeof residual === "object" && Number.isFinite(residual?.skipInit);
  const expected = '"sum", "dividedByRoot2" or { skipInit: a finite number }';
  requireOption(isNamed || isSkipInit, `${who}: residual`, expected, residual);
}

/** The sum of a block's shortcut and branch, as the option has it: `NAME_add`, and `NAME_scale` where something scales. */
export function joined(
  name: string,
  residual: ResidualSum,
  shortcut: SymbolicTensor,
  branch: SymbolicTensor,
): SymbolicTensor {
  const add = layers.add({ name: `${name}_add` });
  if (residual === "sum") return add.apply([shortcut, branch]);
  if (residual === "dividedByRoot2") {
    const sum = add.apply([shortcut, branch]);
    return layers.rescaling({ name: `${name}_scale`, scale: Math.SQRT1_2 }).apply(sum);
  }
  const scale = layers.scale({ name: `${name}_scale`, initialValue: residual.skipInit });
  return add.apply([shortcut, scale.apply(branch)]);
}
