import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { resultsOf } from "../results/results.js";
import { runs, settings } from "../results/testing/records.js";
import { resultsTable } from "./table.js";

const accuracies = Array.from({ length: 12 }, (_, epoch) => 0.9 + epoch / 150);
const given = { ...settings, epochs: 12 };
const results = resultsOf([...runs("none", accuracies), ...runs("before", accuracies)], given, 0.1135);
const lines = (width: number) => stripVTControlCharacters(resultsTable(results, width)).split("\n");

describe("the table of results", () => {
  it.each([80, 90, 100, 120, 200])("fits into %i columns, with the last epoch", (width) => {
    expect(Math.max(...lines(width).map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(lines(width)[2]).toMatch(/ epoch 1 .* 12 /);
  });

  it("leaves out what a narrow terminal has no room for", () => {
    expect(lines(80).join()).not.toContain("parameters");
    expect(lines(200).join()).toContain("parameters");
    expect(lines(200)[2]).toMatch(/1 .* 2 .* 3 .* 4 .* 5 .* 6 .* 7 .* 8 .* 9 .* 10 .* 11 .* 12 /);
  });
});
