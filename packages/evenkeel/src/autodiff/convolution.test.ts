import fc from "fast-check";
import { describe, it } from "vitest";
import { add, conv, mul, reduceSum, type Value } from "../graph/index.js";
import { between } from "../testing/arbitraries.js";
import { checkGradients } from "../testing/numeric-gradient.js";
import { laidConvolutions } from "../testing/windows.js";
import { gradients } from "./gradients.js";

describe("the derivatives of a convolution", () => {
  it.each([1, 2])("have derivatives themselves, over %i axes", (rank) =>
    fc.assert(
      fc.asyncProperty(
        laidConvolutions(rank).chain((laid) =>
          fc.record({
            laid: fc.constant(laid),
            x: between(-1, 1)([laid.batch, laid.group * laid.channels, ...laid.sizes]),
            kernel: between(-1, 1)([laid.group * laid.filters, laid.channels, ...laid.windows.kernel]),
          }),
        ),
        async ({ laid: { windows, group }, x, kernel }) => {
          // Of Σ y² both derivatives depend on both operands.
          const both = (input: Value, weight: Value) => {
            const y = conv(input, weight, undefined, windows, group);
            const [toInput, toKernel] = gradients(reduceSum(mul(y, y)), [input, weight]);
            return add(reduceSum(mul(toInput!, input)), reduceSum(mul(toKernel!, toKernel!)));
          };
          await checkGradients((input, weight) => mul(both(input!, weight!), 0.01), [x, kernel]);
        },
      ),
      { numRuns: 8 },
    ),
  );
});
