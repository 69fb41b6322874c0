import type { Value } from "../graph/graph.js";
import { abs, add, mul, reduceSum } from "../graph/operations.js";
import { requireKnown, shown } from "../options/known.js";

/**
 * A penalty on a weight, added to the loss: `l1 · Σ|w| + l2 · Σw²` (Keras's definition; the gradient of the
 * second term is 2·l2·w).
 */
export interface Regularizer {
  l1?: number;
  l2?: number;
}

/** `l1 · Σ|w|`; default 0.01, Keras's. */
export const l1 = (rate = 0.01): Regularizer => ({ l1: rate });

/** `l2 · Σw²`; default 0.01, Keras's. */
export const l2 = (rate = 0.01): Regularizer => ({ l2: rate });

/** Both penalties at once; defaults 0.01, Keras's. */
export const l1l2 = ({ l1 = 0.01, l2 = 0.01 }: Regularizer = {}): Regularizer => ({ l1, l2 });

/** @throws TypeError or RangeError for what is no regulariser. */
export function checkRegularizer(who: string, regularizer: Regularizer): void {
  const known = { l1: true, l2: true } as const;
  for (const [name, rate] of Object.entries(requireKnown(who, regularizer, known))) {
    if (rate === undefined || (Number.isFinite(rate) && rate >= 0)) continue;
    throw new RangeError(`${who}: ${name} must be a finite number of at least 0, got ${shown(rate)}.`);
  }
}

/** The penalty of one weight, a scalar; undefined when all its rates are 0. */
export function penalty(weight: Value, { l1 = 0, l2 = 0 }: Regularizer): Value | undefined {
  const terms: Value[] = [];
  if (l1 !== 0) terms.push(mul(reduceSum(abs(weight)), l1));
  if (l2 !== 0) terms.push(mul(reduceSum(mul(weight, weight)), l2));
  return terms.length > 0 ? terms.reduce((sum, term) => add(sum, term)) : undefined;
}
