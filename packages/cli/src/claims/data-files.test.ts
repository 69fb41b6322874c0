import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeDataFiles } from "./data-files.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "evenkeel-data-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("leaves the claims of this test in the folder, and what is none of its own", () => {
  const inside = join(folder, "data");
  writeDataFiles(
    inside,
    new Map([
      ["ledger.json", "[]"],
      ["IS15-1.json", "1"],
      ["BJ18-12.json", "2"],
    ]),
  );
  writeFileSync(join(inside, "notes.json"), "mine");
  writeDataFiles(
    inside,
    new Map([
      ["ledger.json", "[1]"],
      ["IS15-1.json", "3"],
    ]),
  );
  expect(readdirSync(inside).sort()).toEqual(["IS15-1.json", "ledger.json", "notes.json"]);
  expect(readFileSync(join(inside, "IS15-1.json"), "utf8")).toBe("3");
});

it("says which file it cannot write", () => {
  const file = join(folder, "data");
  writeFileSync(file, "");
  expect(() => writeDataFiles(file, new Map([["ledger.json", "[]"]]))).toThrow(
    /Cannot write to the folder ".*data"/,
  );
});
