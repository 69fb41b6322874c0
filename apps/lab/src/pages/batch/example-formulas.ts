import type { Arithmetic, Normalization } from "./arithmetic.ts";
import { gradient, letter, type Part, term } from "./math.ts";
import { type Column, type Formula, given } from "./quantities.ts";

/** A normalized channel with everything that is worked out of it. */
export interface Parts {
  x: ArrayLike<number>;
  inputGradient: ArrayLike<number>;
  normalization: Normalization;
  arithmetic: Arithmetic;
}

/** The formula of a number of one example. @param example its place in the batch, from 0. */
export function exampleFormula(parts: Parts, column: Column, example: number): Formula {
  const { x, normalization, arithmetic } = parts;
  const { byBatch, y, outputGradient, gamma, beta } = normalization;
  const { mean, centred, normalized } = arithmetic;
  const number = example + 1;
  const whose = byBatch ? "of the batch" : "that ran along in training";
  switch (column) {
    case "x":
      return given(
        [letter("x", number)],
        x[example]!,
        `What goes into batch normalization for example ${number}.`,
      );
    case "centred":
      return {
        name: [letter("x", number), "−", meanSymbol(byBatch)],
        symbols: [],
        numbers: [...term(x[example]!), "−", ...term(mean)],
        result: centred[example]!,
        words: `How far the value lies from the mean ${whose}.`,
      };
    case "normalized":
      return {
        name: [letter("x̂", number)],
        symbols: [{ over: [letter("x", number), "−", meanSymbol(byBatch)], under: [deviation(byBatch)] }],
        numbers: [{ over: [...term(x[example]!), "−", ...term(mean)], under: [deviationOf(parts)] }],
        result: normalized[example]!,
        // The graph gives out y alone, which tells x̂ where γ is not 0.
        ...(gamma !== 0 && { graph: (y[example]! - beta) / gamma }),
        words: `How far that is in standard deviations ${whose}. ε keeps the root from being 0.`,
      };
    case "y":
      return {
        name: [letter("y", number)],
        symbols: [letter("γ"), "·", letter("x̂", number), "+", letter("β")],
        numbers: [...term(gamma), "·", ...term(normalized[example]!), "+", ...term(beta)],
        result: arithmetic.y[example]!,
        graph: y[example]!,
        words: "What comes out. γ and β are learned, and give the channel a deviation and a mean of its own.",
      };
    case "outputGradient":
      return given(
        [letter("g", number), "=", gradient("y", number)],
        outputGradient[example]!,
        "How the loss changes with what comes out. It comes back from the layers behind.",
      );
    case "inputGradient":
      return byBatch ? throughStatistics(parts, example) : scaledGradient(parts, example);
  }
}

/** The gradient where mean and variance are the batch's, and so depend on every x. */
function throughStatistics(parts: Parts, example: number): Formula {
  const { inputGradient, normalization, arithmetic } = parts;
  const number = example + 1;
  const count = inputGradient.length;
  return {
    name: [gradient("x", number)],
    symbols: [
      { over: [letter("γ")], under: [deviation(true)] },
      "(",
      letter("g", number),
      "−",
      { words: "mean(g)" },
      "−",
      letter("x̂", number),
      "·",
      { words: "mean(g·x̂)" },
      ")",
    ],
    numbers: [
      { over: [{ number: normalization.gamma }], under: [deviationOf(parts)] },
      "(",
      ...term(normalization.outputGradient[example]!),
      "−",
      ...term(arithmetic.betaGradient / count),
      "−",
      ...term(arithmetic.normalized[example]!),
      "·",
      ...term(arithmetic.gammaGradient / count),
      ")",
    ],
    result: arithmetic.inputGradient[example]!,
    graph: inputGradient[example]!,
    words:
      "What goes back through: g less its mean, and less the part that goes along with x̂. Moving or stretching the whole batch changes nothing that comes out, so the gradient does neither.",
  };
}

/** The gradient where mean and variance are fixed. */
function scaledGradient(parts: Parts, example: number): Formula {
  const { inputGradient, normalization, arithmetic } = parts;
  const number = example + 1;
  return {
    name: [gradient("x", number)],
    symbols: [letter("g", number), "·", { over: [letter("γ")], under: [deviation(false)] }],
    numbers: [
      ...term(normalization.outputGradient[example]!),
      "·",
      { over: [{ number: normalization.gamma }], under: [deviationOf(parts)] },
    ],
    result: arithmetic.inputGradient[example]!,
    graph: inputGradient[example]!,
    words:
      "With fixed statistics batch normalization is a straight line, so the gradient is only scaled: no other example has a part in it.",
  };
}

function meanSymbol(byBatch: boolean): Part {
  return letter("μ", byBatch ? undefined : "run");
}

function deviation(byBatch: boolean): Part {
  return { root: [letter("σ²", byBatch ? undefined : "run"), "+", letter("ε")] };
}

function deviationOf({ arithmetic, normalization }: Parts): Part {
  return { root: [{ number: arithmetic.variance }, "+", { number: normalization.epsilon }] };
}
