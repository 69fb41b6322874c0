import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAddress, readSettings, writeAddress } from "./address.ts";
import { choiceField, type Fields, flagField, listField, numberField } from "./fields.ts";

interface Settings {
  rate: number;
  depth: number;
  activation: "relu" | "sigmoid";
  bias: boolean;
  points: readonly number[];
}

const point = numberField(0, { minimum: -100, maximum: 100 });
const fields: Fields<Settings> = {
  rate: numberField(0.1, { minimum: 1e-6, maximum: 100 }),
  depth: numberField(2, { minimum: 1, maximum: 10, whole: true }),
  activation: choiceField("relu", ["relu", "sigmoid"]),
  bias: flagField(true),
  points: listField([1, 2], point, { least: 1, most: 5 }),
};

const settings: fc.Arbitrary<Settings> = fc.record({
  rate: fc.double({ min: 1e-6, max: 100, noNaN: true }),
  depth: fc.integer({ min: 1, max: 10 }),
  activation: fc.constantFrom("relu", "sigmoid"),
  bias: fc.boolean(),
  points: fc.array(
    fc.double({ min: -100, max: 100, noNaN: true }).map((value) => value + 0),
    {
      minLength: 1,
      maxLength: 5,
    },
  ),
});

describe("an address", () => {
  it("brings back the settings that it was written from", () => {
    fc.assert(
      fc.property(settings, (before) => {
        const { path, query } = parseAddress(writeAddress("train", fields, before));
        expect(path).toBe("train");
        const { settings: after, notices } = readSettings(fields, query);
        expect(after).toEqual(before);
        expect(notices).toEqual([]);
      }),
    );
  });

  it("leaves out what is at its default", () => {
    const { settings } = readSettings(fields, new URLSearchParams());
    expect(writeAddress("train", fields, settings)).toBe("#/train");
    expect(writeAddress("train", fields, { ...settings, points: [3, 4] })).toBe("#/train?points=3,4");
  });

  it("whatever it says, gives settings that the fields take", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const { settings } = readSettings(fields, parseAddress(`#/train?${text}`).query);
        const again = readSettings(fields, parseAddress(writeAddress("train", fields, settings)).query);
        expect(again).toEqual({ settings, notices: [] });
      }),
    );
  });

  it.each([
    ["rate=1e9", /rate is to be a number from 0.000001 to 100; the address has “1e9”. 0.1 was taken/],
    ["rate=", /rate is to be a number/],
    ["rate=0x10", /rate is to be a number/],
    ["rate=NaN", /rate is to be a number/],
    ["depth=2.5", /depth is to be a whole number from 1 to 10/],
    ["activation=<script>", /activation is to be one of relu, sigmoid; the address has “<script>”/],
    ["bias=yes", /bias is to be 1 or 0/],
    ["points=1,2,3,4,5,6", /points is to be 1 to 5 values/],
    ["points=", /points is to be 1 to 5 values/],
    ["points=1,x", /points is to be/],
    ["__proto__=1", /no setting “__proto__”/],
    [`colour=${"x".repeat(1000)}`, /^This page has no setting “colour”.$/],
  ])("says what is wrong with %s", (query, notice) => {
    const { settings, notices } = readSettings(fields, new URLSearchParams(query));
    expect(notices).toEqual([expect.stringMatching(notice)]);
    expect(settings).toEqual(readSettings(fields, new URLSearchParams()).settings);
  });
});
