import { arithmeticOf, type Channel } from "./arithmetic.ts";
import { batchFormula, meanOfInput, sumOfInputGradients, varianceOfInput } from "./batch-formulas.ts";
import { exampleFormula } from "./example-formulas.ts";
import { gradient, letter } from "./math.ts";
import {
  type Column,
  columns,
  type Formula,
  given,
  type PlainQuantity,
  plainQuantities,
  type Quantity,
} from "./quantities.ts";

/**
 * The formula of a number, with the numbers in it. Where nothing normalizes the channel, a quantity that is not there
 * gives the formula of x.
 *
 * @param example of those numbers that each example has: its place in the batch, from 0.
 */
export function formulaOf(channel: Channel, quantity: Quantity, example: number): Formula {
  const { x, inputGradient, normalization } = channel;
  if (!normalization) return plainFormula(channel, quantity, example);
  const arithmetic = arithmeticOf(x, normalization);
  const parts = { x, inputGradient, normalization, arithmetic };
  return isColumn(quantity) ? exampleFormula(parts, quantity, example) : batchFormula(parts, quantity);
}

export function isColumn(quantity: Quantity): quantity is Column {
  return columns.some((column) => column === quantity);
}

function plainFormula({ x, inputGradient }: Channel, quantity: Quantity, example: number): Formula {
  const number = example + 1;
  switch (plainQuantities.find((name): name is PlainQuantity => name === quantity)) {
    case "inputGradient":
      return given(
        [gradient("x", number)],
        inputGradient[example]!,
        "How the loss changes with this value. No other example of the batch has a part in it.",
      );
    case "mean":
      return meanOfInput(x);
    case "variance":
      return varianceOfInput(x);
    case "inputGradientSum":
      return sumOfInputGradients(
        inputGradient,
        "Without batch normalization nothing makes the gradients of a batch cancel.",
      );
    default:
      return given(
        [letter("x", number)],
        x[example]!,
        `What the dense layer gives for example ${number}. Nothing normalizes it.`,
      );
  }
}
