import { describe, expect, it } from "vitest";
import { distanceFromLimit, limitEdge, limitLaw, productSingularValues } from "./matrix-products.js";

describe("the limit law of singular values", () => {
  it.each([
    [1, 2],
    [3, 3.0792],
    [5, 3.8639],
  ])("of %i factors ends at %f", (factors, edge) => {
    expect(limitEdge(factors)).toBeCloseTo(edge, 4);
    expect(limitLaw(factors)[0]!.value).toBeCloseTo(edge, 4);
  });

  it("is the quarter circle of Marchenko and Pastur for one factor", () => {
    for (const { value, density, below } of limitLaw(1)) {
      expect(density).toBeCloseTo(Math.sqrt(4 - value ** 2) / Math.PI, 6);
      const angle = Math.asin(value / 2);
      expect(below).toBeCloseTo((2 / Math.PI) * (angle + (value / 4) * Math.sqrt(4 - value ** 2)), 5);
    }
  });

  it.each([1, 3, 5])("of %i factors has the squares' moments: 1 and the Fuss–Catalan numbers", (factors) => {
    const law = limitLaw(factors);
    const moment = (power: number) =>
      law
        .slice(1)
        .reduce(
          (sum, { value, below }, index) =>
            sum + ((value + law[index]!.value) / 2) ** (2 * power) * (law[index]!.below - below),
          0,
        );
    expect(moment(1)).toBeCloseTo(1, 3);
    expect(moment(2)).toBeCloseTo(factors + 1, 2);
  });
});

describe("the distance from the limit law", () => {
  it("is half a value's share for its own quantiles", () => {
    const law = limitLaw(3).reverse();
    const values = Array.from({ length: 20 }, (_, index) => {
      const share = (index + 0.5) / 20;
      return law.find(({ below }) => below >= share)!.value;
    });
    expect(distanceFromLimit(values, 3)).toBeCloseTo(0.025, 2);
    expect(distanceFromLimit(values, 1)).toBeGreaterThan(0.1);
  });

  it("is small for a product of the same number of matrices, and of no other", () => {
    const values = productSingularValues(120, 3, 1);
    expect(distanceFromLimit(values, 3)).toBeLessThan(0.03);
    expect(distanceFromLimit(values, 1)).toBeGreaterThan(0.2);
  });
});
