import { describe, expect, it } from "vitest";
import { tensor } from "../tensor/tensor.js";
import { expectClose } from "./expect-close.js";

describe("expectClose", () => {
  it("accepts what is within the tolerance, of typed arrays and tensors alike", () => {
    expectClose([1.09, -100], tensor([1, -101]), { absolute: 0.09001, relative: 0.01 });
    expectClose(tensor([0.5]), [0.5], {});
  });

  it("says which number is furthest off", () => {
    expect(() => expectClose([1, 2.5, 3.1], [1, 2, 3], { absolute: 0.05 })).toThrow(
      /^Number 1 of 3 is 2.5, expected 2: 10.0 times/,
    );
  });

  it("never takes NaN for a number, nor a shorter list for a longer one", () => {
    expect(() => expectClose([Number.NaN], [1], { absolute: 1e9 })).toThrow(/is NaN, expected 1/);
    expect(() => expectClose([1], [Number.NaN], { absolute: 1e9 })).toThrow(/is 1, expected NaN/);
    expect(() => expectClose([1], [1, 2], { absolute: 1e9 })).toThrow(/Expected 2 numbers, got 1/);
  });
});
