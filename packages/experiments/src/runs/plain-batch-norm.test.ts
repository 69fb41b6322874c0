import { describe, expect, it } from "vitest";
import {
  constantStatisticsGradients,
  normalizedUnit,
  numericGradients,
  statedGradients,
} from "./plain-batch-norm.js";

const unit = { x: [3, 5, 8, 9, 11, 24], gamma: 1.5, beta: -0.5, epsilon: 0.5 };
const targets = [1, -2, 0, 3, -1, 2];
const loss = (y: readonly number[]) => y.reduce((sum, value, i) => sum + (value - targets[i]!) ** 2, 0);

/** PyTorch 1.13, float64: F.batch_norm(x[:, None], None, None, gamma, beta, training=True, eps=0.5), ((y − t)²).sum(). */
const pytorch = {
  y: [
    -2.03979470772421, -1.5998533626601499, -0.9399413450640601, -0.7199706725320302, -0.28002932746797027,
    2.579589415448419,
  ],
  gradients: {
    x: [
      -0.5252795337564866, 0.8817756046426806, 0.13273956932504227, -1.1434689142636436, 0.7035275691995837,
      -0.04929429514717626,
    ],
    gamma: 9.887507401750149,
    beta: -12,
  },
};

const close = (values: readonly number[], expected: readonly number[], digits: number) => {
  expect(values).toHaveLength(expected.length);
  for (const [i, value] of values.entries()) expect(value).toBeCloseTo(expected[i]!, digits);
};

describe("batch normalization in plain numbers", () => {
  const upstream = normalizedUnit(unit).y.map((value, i) => 2 * (value - targets[i]!));

  it("gives PyTorch's outputs", () => {
    close(normalizedUnit(unit).y, pytorch.y, 12);
  });

  it.each([
    ["stated", statedGradients(unit, upstream), 12],
    // The differences' own error.
    ["numeric", numericGradients(unit, loss), 6],
  ] as const)("gives PyTorch's gradients: the %s ones", (_, gradients, digits) => {
    const { x, gamma, beta } = gradients;
    close(
      [...x, gamma, beta],
      [...pytorch.gradients.x, pytorch.gradients.gamma, pytorch.gradients.beta],
      digits,
    );
  });

  it("has other gradients of the values, and the same of gamma and beta, when the statistics are constant", () => {
    const { x, gamma, beta } = constantStatisticsGradients(unit, upstream);
    const slope = unit.gamma / Math.sqrt(46 + 0.5);
    close(
      x,
      upstream.map((g) => slope * g),
      12,
    );
    close([gamma, beta], [pytorch.gradients.gamma, pytorch.gradients.beta], 12);
  });
});
