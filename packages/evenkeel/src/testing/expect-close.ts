import type { Tensor } from "../tensor/tensor.js";

/** How far a value may be from the one expected: `absolute + relative · |expected|`. */
export interface Tolerance {
  absolute?: number;
  relative?: number;
}

/**
 * Compares numbers one by one.
 *
 * @throws Error when their counts differ, or saying where the worst one is, what it is and what it should be.
 */
export function expectClose(
  actual: Tensor | ArrayLike<number>,
  expected: Tensor | ArrayLike<number>,
  { absolute = 0, relative = 0 }: Tolerance,
): void {
  const [got, wanted] = [numbersOf(actual), numbersOf(expected)];
  if (got.length !== wanted.length) {
    throw new Error(`Expected ${wanted.length} numbers, got ${got.length}.`);
  }
  let worst = -1;
  let worstShare = 1;
  for (let index = 0; index < got.length; index++) {
    const difference = Math.abs(got[index]! - wanted[index]!);
    const share = difference === 0 ? 0 : difference / (absolute + relative * Math.abs(wanted[index]!));
    // A NaN on either side is no match.
    if (share <= worstShare) continue;
    worst = index;
    worstShare = Number.isNaN(share) ? Number.POSITIVE_INFINITY : share;
  }
  if (worst === -1) return;
  throw new Error(
    `Number ${worst} of ${got.length} is ${got[worst]}, expected ${wanted[worst]}: ${worstShare.toPrecision(3)} times the tolerance of ${absolute} + ${relative}·|expected|.`,
  );
}

function numbersOf(values: Tensor | ArrayLike<number>): number[] {
  return Array.from(("data" in values ? values.data : values) as ArrayLike<number>, Number);
}
