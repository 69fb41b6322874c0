import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAddress, readSettings, writeAddress } from "../../address/address.ts";
import type { Fields } from "../../address/fields.ts";
import { type ColumnChoice, columnField, columnsField } from "./fields.ts";
import { page } from "./page.ts";
import { cleaned } from "./table/text.ts";

interface Choice {
  target: string;
  without: ColumnChoice;
}

const name = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 100 }),
  fc.string({ unit: fc.constantFrom("a", ",", "\\", "*", " ", "😀", "&", "=", "#", "%"), minLength: 1 }),
  fc.constantFrom("proposed", "*", "\\", ",", "__proto__", "<script>"),
);

/** Names as a table has them. */
const columnName = name.map(cleaned).filter((text) => text !== "");

describe("names of columns in an address", () => {
  it("are read as they were written", () => {
    const fields: Fields<Choice> = { target: columnField, without: columnsField };
    const choice: fc.Arbitrary<Choice> = fc.record({
      target: columnName,
      without: fc.oneof(fc.constant("proposed" as const), fc.uniqueArray(columnName, { maxLength: 20 })),
    });
    fc.assert(
      fc.property(choice, (before) => {
        const { query } = parseAddress(writeAddress("own-data", fields, before));
        expect(readSettings(fields, query)).toEqual({ settings: before, notices: [] });
      }),
    );
  });

  it("are told apart from what is proposed", () => {
    expect(columnsField.write(["*"])).not.toBe(columnsField.write("proposed"));
    expect(columnsField.write([])).toBe("");
    expect(columnsField.read("")).toEqual([]);
  });

  it.each(["a,", ",", ",a", "a\\", "a,,b", "*,a", "a*", "x".repeat(200), "a,".repeat(1000)])(
    "are not read from %s",
    (text) => {
      expect(columnsField.read(text)).toBeUndefined();
    },
  );
});

it("takes whatever an address says, or says what it does not take", () => {
  fc.assert(
    fc.property(fc.webQueryParameters(), (text) => {
      const { settings } = readSettings(page.fields, new URLSearchParams(text));
      const again = parseAddress(writeAddress("own-data", page.fields, settings));
      expect(readSettings(page.fields, again.query)).toEqual({ settings, notices: [] });
    }),
  );
});
