import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { requireWritable, writeWhole } from "./whole-file.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "evenkeel-whole-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("a file that is written whole", () => {
  it("takes the place of another, and leaves nothing beside it", () => {
    const path = join(folder, "results.json");
    writeWhole(path, "old");
    writeWhole(path, Uint8Array.of(110, 101, 119));
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(readdirSync(folder)).toEqual(["results.json"]);
  });

  it("leaves no part where it cannot be written, and is named", () => {
    const path = join(folder, "results.json");
    mkdirSync(path);
    expect(() => writeWhole(path, "new")).toThrow(/^Cannot write ".*results\.json": /);
    expect(readdirSync(folder)).toEqual(["results.json"]);
  });
});

describe("a folder to write to", () => {
  it("is made, and left as it was", () => {
    const inside = join(folder, "not", "yet");
    requireWritable(inside);
    requireWritable(inside);
    expect(readdirSync(inside)).toEqual([]);
  });

  it("is refused where it cannot be made", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    expect(() => requireWritable(join(file, "inside"))).toThrow(/^Cannot write to the folder ".*inside": /);
    expect(existsSync(file)).toBe(true);
  });
});
