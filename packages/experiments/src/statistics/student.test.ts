import { describe, expect, it } from "vitest";
import { criticalT } from "./student.js";

describe("the 5 % points of Student's t", () => {
  it("are those of the tables, also beyond them", () => {
    expect([1, 4, 30].map(criticalT)).toEqual([12.706, 2.776, 2.042]);
    // From Abramowitz & Stegun 1964, table 26.10.
    expect(criticalT(40)).toBeCloseTo(2.021, 2);
    expect(criticalT(60)).toBeCloseTo(2.0, 2);
    expect(criticalT(120)).toBeCloseTo(1.98, 2);
  });

  it("fall all the way to the normal one", () => {
    const points = Array.from({ length: 100 }, (_, index) => criticalT(index + 1));
    expect(points).toEqual([...points].sort((a, b) => b - a));
    expect(criticalT(31)).toBeCloseTo(2.04, 2);
    expect(criticalT(1e6)).toBeCloseTo(1.96, 4);
  });

  it.each([0, -1, 1.5, Number.NaN])("are not there for %s degrees of freedom", (degrees) => {
    expect(() => criticalT(degrees)).toThrow(RangeError);
  });
});
