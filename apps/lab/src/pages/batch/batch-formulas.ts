import { meanOf, productOf, sumOf, varianceOf } from "./arithmetic.ts";
import type { Parts } from "./example-formulas.ts";
import { gradient, letter, type Part, summed, term } from "./math.ts";
import { type BatchQuantity, type Formula, given } from "./quantities.ts";

/** The formula of a number of the whole batch. */
export function batchFormula(parts: Parts, quantity: BatchQuantity): Formula {
  const { x, inputGradient, normalization, arithmetic } = parts;
  const { byBatch, y, outputGradient } = normalization;
  const { normalized, variance } = arithmetic;
  switch (quantity) {
    case "mean":
      return meanOfInput(x);
    case "variance":
      return varianceOfInput(x);
    case "normalizedMean":
      return meanFormula(
        "x̂",
        normalized,
        byBatch ? "0, up to rounding." : "Not 0: other statistics than this batch's have normalized.",
      );
    case "normalizedVariance":
      return varianceFormula(
        "x̂",
        normalized,
        byBatch
          ? `σ² ÷ (σ² + ε): nearly 1, and less where the batch hardly varies beside ε. σ² is ${variance.toPrecision(3)} here.`
          : "Not 1: other statistics than this batch's have normalized.",
      );
    case "outputMean":
      return meanFormula("y", y, byBatch ? "It is β." : "What comes out has another mean than β.");
    case "outputVariance":
      return varianceFormula(
        "y",
        y,
        byBatch ? "γ² times the variance of x̂." : "What comes out varies otherwise than γ says.",
      );
    case "betaGradient":
      return {
        name: [gradient("β")],
        symbols: [sigma, letter("g", "i")],
        numbers: summed(Array.from(outputGradient, term)),
        result: arithmetic.betaGradient,
        graph: normalization.betaGradient,
        words: "β is added to every example, so its gradient is the sum of theirs.",
      };
    case "gammaGradient":
      return {
        name: [gradient("γ")],
        symbols: [sigma, letter("g", "i"), "·", letter("x̂", "i")],
        numbers: summed(products(outputGradient, normalized)),
        result: arithmetic.gammaGradient,
        graph: normalization.gammaGradient,
        words: "γ multiplies every x̂, so its gradient is the sum of the products.",
      };
    case "inputGradientSum":
      return sumOfInputGradients(
        inputGradient,
        byBatch
          ? "0, up to rounding: moving all x alike changes nothing that comes out."
          : "With fixed statistics nothing makes the gradients of a batch cancel.",
      );
    case "inputGradientAlong":
      return {
        name: [sigma, gradient("x", "i"), "·", letter("x̂", "i")],
        symbols: [],
        numbers: summed(products(inputGradient, normalized)),
        result: productOf(inputGradient, normalized),
        words: byBatch
          ? "It would be 0 without ε: stretching the batch changes nothing that comes out. The gradient is at right angles to x̂."
          : "With fixed statistics a stretched batch comes out stretched, and the gradient may say so.",
      };
    case "runningMean":
      return moved(parts, { symbol: "μ", running: normalization.runningMean, batch: meanOf(x) });
    case "runningVariance":
      return moved(parts, { symbol: "σ²", running: normalization.runningVariance, batch: varianceOf(x) });
  }
}

/** The batch's mean. */
export function meanOfInput(x: ArrayLike<number>): Formula {
  return { ...meanFormula("x", x, "The mean of the batch."), name: [letter("μ")] };
}

/** The batch's variance. */
export function varianceOfInput(x: ArrayLike<number>): Formula {
  const words = "The variance of the batch: the mean square of the distances from its mean.";
  return { ...varianceFormula("x", x, words), name: [letter("σ²")] };
}

/** The sum of what goes back to the examples. */
export function sumOfInputGradients(values: ArrayLike<number>, words: string): Formula {
  return {
    name: [sigma, gradient("x", "i")],
    symbols: [],
    numbers: summed(Array.from(values, term)),
    result: sumOf(values),
    words,
  };
}

const sigma: Part = { name: "Σ", index: "i" };
const oneByCount: Part = { over: [{ number: 1 }], under: [letter("m")] };

function meanFormula(name: string, values: ArrayLike<number>, words: string): Formula {
  return {
    name: [{ words: "mean" }, "(", letter(name), ")"],
    symbols: [oneByCount, sigma, letter(name, "i")],
    numbers: [{ over: summed(Array.from(values, term)), under: [{ number: values.length }] }],
    result: meanOf(values),
    words,
  };
}

function varianceFormula(name: string, values: ArrayLike<number>, words: string): Formula {
  const center = meanOf(values);
  const squares = Array.from(values, (value): Part[] => [{ squared: [{ number: value - center }] }]);
  return {
    name: [{ words: "variance" }, "(", letter(name), ")"],
    symbols: [
      oneByCount,
      sigma,
      { squared: [letter(name, "i"), "−", name === "x" ? letter("μ") : { words: `mean(${name})` }] },
    ],
    numbers: [{ over: summed(squares), under: [{ number: values.length }] }],
    result: varianceOf(values),
    words,
  };
}

/** A running statistic, moved towards the batch's. */
function moved(
  { normalization: { byBatch, momentum, frozen } }: Parts,
  { symbol, running, batch }: { symbol: string; running: number; batch: number },
): Formula {
  const name = [letter(symbol, "run")];
  if (frozen) return given(name, running, "The layer is frozen: its running statistics stay as they are.");
  const share = 1 - momentum;
  return {
    name,
    symbols: [
      { words: "momentum" },
      "·",
      letter(symbol, "run"),
      "+",
      "(1 −",
      { words: "momentum" },
      ")",
      "·",
      letter(symbol),
    ],
    numbers: [{ number: momentum }, "·", ...term(running), "+", { number: share }, "·", ...term(batch)],
    result: momentum * running + share * batch,
    words: byBatch
      ? "What it becomes when a training step takes this batch. It is for inference; training does not look at it."
      : "What it would become in a training step on this batch. Inference leaves it as it is.",
  };
}

function products(a: ArrayLike<number>, b: ArrayLike<number>): Part[][] {
  return Array.from(a, (value, index) => [...term(value), "·", ...term(b[index]!)]);
}
