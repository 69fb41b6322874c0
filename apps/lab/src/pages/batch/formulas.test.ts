import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Channel } from "./arithmetic.ts";
import { formulaOf } from "./formulas.ts";
import type { Part } from "./math.ts";
import { quantities } from "./quantities.ts";

fc.configureGlobal({ seed: 1 });

const value = fc.double({ min: -10, max: 10, noNaN: true });
const positive = fc.double({ min: 0, max: 10, noNaN: true });

/** A channel of so few examples that its formulas show all of them. */
const channels = fc
  .tuple(
    fc.array(fc.record({ x: value, y: value, g: value, dx: value }), { minLength: 2, maxLength: 4 }),
    fc.record({
      byBatch: fc.boolean(),
      gamma: value,
      beta: value,
      epsilon: fc.constant(1e-3),
      runningMean: value,
      runningVariance: positive,
      momentum: fc.constantFrom(0, 0.9, 0.99),
      frozen: fc.boolean(),
      gammaGradient: value,
      betaGradient: value,
    }),
  )
  .map(
    ([examples, normalization]): Channel => ({
      x: examples.map(({ x }) => x),
      inputGradient: examples.map(({ dx }) => dx),
      normalization: {
        ...normalization,
        y: examples.map(({ y }) => y),
        outputGradient: examples.map(({ g }) => g),
      },
    }),
  );

/** A formula as JavaScript. */
function written(parts: readonly Part[]): string {
  const operators: Record<string, string> = { "−": "-", "·": "*" };
  return parts
    .map((part, index) => {
      if (typeof part === "string") return operators[part] ?? part;
      if ("number" in part) return `(${part.number})`;
      if ("squared" in part) return `(${written(part.squared)})**2`;
      if ("root" in part) return `Math.sqrt(${written(part.root)})`;
      if (!("over" in part)) throw new Error(`A letter is left among the numbers: ${JSON.stringify(part)}`);
      const times = parts[index + 1] === "(" ? "*" : "";
      return `(${written(part.over)})/(${written(part.under)})${times}`;
    })
    .join(" ");
}

describe("the formulas of one batch", () => {
  it("give what they say when their numbers are worked out", () => {
    fc.assert(
      fc.property(channels, fc.constantFrom(...quantities), (channel, quantity) => {
        const { numbers, result } = formulaOf(channel, quantity, 1);
        if (numbers.length === 0) return;
        const worked = Number(new Function(`return ${written(numbers)};`)());
        expect(worked).toBeCloseTo(result, 6);
      }),
      { numRuns: 400 },
    );
  });

  it("show the first and the last of many numbers", () => {
    const x = Array.from({ length: 30 }, (_, index) => index);
    const { numbers } = formulaOf({ x, inputGradient: x, normalization: undefined }, "mean", 0);
    const shown = JSON.stringify(numbers).match(/"number":\d+|…/g);
    expect(shown).toEqual(
      ["0", "1", "…", "29", "30"].map((text) => (text === "…" ? text : `"number":${text}`)),
    );
  });
});
