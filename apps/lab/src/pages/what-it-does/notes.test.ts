import { describe, expect, it } from "vitest";
import { readSettings } from "../../address/address.ts";
import { notesOn } from "./notes.ts";
import { page, type Settings } from "./page.ts";
import { workOf } from "./work.ts";

describe("what is said of a batch", () => {
  it("is nothing of the lecture's six points in training", () => {
    expect(titles({})).toEqual([]);
  });

  it.each<[string, Partial<Settings>, string[]]>([
    ["one value", { values: [24] }, ["A batch of one"]],
    ["two values", { values: [4, 20] }, ["A batch of two"]],
    [
      "two values of the size of epsilon",
      { values: [0, 0.02] },
      ["A batch of two", "Epsilon is not small here"],
    ],
    ["two equal values", { values: [4, 4] }, ["All values are the same"]],
    ["equal values", { values: [7, 7, 7] }, ["All values are the same"]],
    [
      "a large mean",
      { values: [9999.9, 10000, 10000.1], epsilon: 1e-5 },
      ["A large mean beside a small spread"],
    ],
    ["statistics not learned", { mode: "inference" }, ["The running statistics are far from this batch"]],
    ["statistics learned", { mode: "inference", runningMean: 9.8, runningVariance: 45 }, []],
    [
      "a right mean with a wrong variance",
      { mode: "inference", runningMean: 10, runningVariance: 1 },
      ["The running statistics are far from this batch"],
    ],
    ["one value at inference", { mode: "inference", values: [1] }, ["A batch of one"]],
    [
      "one value far out at inference",
      { mode: "inference", values: [24] },
      ["The running statistics are far from this batch", "A batch of one"],
    ],
  ])("with %s", (_, settings, expected) => {
    expect(titles(settings)).toEqual(expected);
  });

  it("has the numbers in it", () => {
    const [note] = notes({ values: [4, 20] });
    expect(note!.text).toContain("±8 / √(64 + 0.001) = ±0.99999");
    expect(notes({ values: [24], beta: 3 })[0]!.text).toContain(
      "24 − 24 = 0, whatever the value is, so y = beta = 3",
    );
  });
});

describe("the presets", () => {
  it.each(page.presets.map((preset) => [preset.name, preset] as const))(
    "“%s” have settings that an address can have",
    (_, { settings }) => {
      const complete = completed(settings);
      for (const name of Object.keys(page.fields) as (keyof Settings)[]) {
        const field = page.fields[name] as { read(text: string): unknown; write(value: unknown): string };
        expect(field.read(field.write(complete[name]))).toEqual(complete[name]);
      }
    },
  );

  it("that fail have a warning on the page, the others have none", () => {
    for (const { name, settings, fails = false } of page.presets) {
      expect([name, notes(settings).some(({ warns }) => warns)]).toEqual([name, fails]);
    }
  });
});

function completed(settings: Partial<Settings>): Settings {
  return { ...readSettings(page.fields, new URLSearchParams()).settings, ...settings };
}

function notes(settings: Partial<Settings>) {
  const complete = completed(settings);
  return notesOn(complete, workOf(complete));
}

function titles(settings: Partial<Settings>): string[] {
  return notes(settings).map(({ title }) => title);
}
