import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchText, bracketed, meanDigits, readBatch, written } from "./numbers.ts";

describe("a number on screen", () => {
  it.each([
    [0.1 + 0.2, "0.3"],
    [-1.03208, "−1.0321"],
    [46, "46"],
    [-0, "0"],
    [1e-7, "1e−7"],
  ])("%f is written %s", (value, text) => {
    expect(written(value)).toBe(text);
  });

  it("has brackets where a sign would follow an operator", () => {
    expect(bracketed(-2)).toBe("(−2)");
    expect(bracketed(2)).toBe("2");
  });

  it("has the digits that tell a mean from the values near it", () => {
    expect(written(10000.008333, meanDigits(10000.008333, 0.07))).toBe("10000.00833");
    expect(written(10.123456, meanDigits(10.123456, 7))).toBe("10.123");
  });
});

describe("numbers that someone typed", () => {
  it.each([
    ["3, 5, 8", [3, 5, 8]],
    [" 3 5\t8\n", [3, 5, 8]],
    ["3;−5;.5;1e3;+2,", [3, -5, 0.5, 1000, 2]],
    ["-0", [0]],
  ])("“%s” is a batch", (text, values) => {
    expect(readBatch(text)).toEqual({ values });
  });

  it.each([
    ["", /at least one number/],
    [" , ", /at least one number/],
    ["3, x, 5", /“x” is not a number/],
    ["0x10", /“0x10” is not a number/],
    ["NaN", /“NaN” is not a number/],
    ["1e7", /1e7 is too far out/],
    ["1e999", /too far out/],
    [Array(33).fill("1").join(" "), /33 numbers; there is room for 32/],
    ["y".repeat(100), /^“y{20}…” is not/],
  ])("“%s” is none, and it says why", (text, problem) => {
    expect(readBatch(text)).toEqual({ problem: expect.stringMatching(problem) });
  });

  it("come back from how a batch is shown", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => value + 0),
          {
            minLength: 1,
            maxLength: 32,
          },
        ),
        (values) => {
          expect(readBatch(batchText(values))).toEqual({ values });
        },
      ),
    );
  });
});
