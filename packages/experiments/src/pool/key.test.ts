import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyOf, type RunIdentity } from "./key.js";

const run: RunIdentity = {
  experiment: "training",
  revision: 1,
  settings: { steps: 10 },
  seed: 1,
  evenkeel: "1.0.0",
};

/** The same value, with the properties of all its objects in another order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, each]) => [name, reordered(each)] as const);
  return Object.fromEntries(entries.reverse());
}

/** Settings: plain data in an object. */
const settings = fc.dictionary(
  fc.string().filter((name) => name !== "__proto__"),
  fc.jsonValue(),
);

describe("the key of a run", () => {
  it("is the front of the SHA-256 of all that decides a run's result", () => {
    expect(keyOf(run)).toBe("77fb2dbfe3dab47d4f40");
  });

  it("does not depend on the order of properties", () => {
    fc.assert(
      fc.property(settings, (given) => {
        expect(keyOf({ ...run, settings: reordered(given) as object })).toBe(
          keyOf({ ...run, settings: given }),
        );
      }),
    );
  });

  it("changes with any value of the settings", () => {
    fc.assert(
      fc.property(settings, settings, (one, other) => {
        const same = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
        expect(keyOf({ ...run, settings: one }) === keyOf({ ...run, settings: other })).toBe(same);
      }),
    );
    fc.assert(
      fc.property(settings, fc.string(), fc.integer(), fc.integer(), (given, name, one, other) => {
        fc.pre(one !== other && name !== "__proto__");
        const key = (value: number) => keyOf({ ...run, settings: { ...given, inside: [{ [name]: value }] } });
        expect(key(one)).not.toBe(key(other));
      }),
    );
  });

  it.each([
    ["experiment", "descent"],
    ["revision", 2],
    ["seed", 2],
    ["evenkeel", "1.0.1"],
  ])("changes with the %s", (name, value) => {
    expect(keyOf({ ...run, [name]: value })).not.toBe(keyOf(run));
  });

  it("changes with the device, whose rounding is its own; the CPU is the one that is not named", () => {
    expect(keyOf({ ...run, device: "cpu" })).toBe(keyOf(run));
    expect(keyOf({ ...run, device: "webgpu" })).not.toBe(keyOf(run));
  });

  it("does not tell apart what is left out and what is undefined", () => {
    expect(keyOf({ ...run, settings: { steps: 10, train: undefined } })).toBe(keyOf(run));
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, () => 1])("refuses %s, which JSON cannot hold", (value) => {
    expect(() => keyOf({ ...run, settings: { value } })).toThrow();
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => [name, sorted(each)]);
}
