import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CsvOptions, parseCsv } from "./csv.js";
import { readCsv } from "./files.js";

const houses = "area,rooms,price\n50,2,1.5\n80,3,2.25\n";
const flowers = "petal,species\n1.4,setosa\n5.1,virginica\n4.7,setosa\n";

describe("parseCsv", () => {
  it("reads numbers to predict", () => {
    expect(parseCsv(houses, { target: "price", name: "houses" })).toEqual({
      name: "houses",
      x: { type: "float32", shape: [2, 2], data: Float32Array.of(50, 2, 80, 3) },
      y: { type: "float32", shape: [2, 1], data: Float32Array.of(1.5, 2.25) },
      featureNames: ["area", "rooms"],
      targetName: "price",
    });
  });

  it("reads classes to predict, in sorted order", () => {
    const { y, classes } = parseCsv("x,kind\n1,pear\n2,apple\n3,pear\n", { target: "kind", classes: true });
    expect(classes).toEqual(["apple", "pear"]);
    expect(y).toEqual({ type: "int32", shape: [3], data: Int32Array.of(1, 0, 1) });
    expect(parseCsv("x,k\n1,10\n2,9\n", { target: "k", classes: true }).classes).toEqual(["9", "10"]);
  });

  it("takes the classes of another file, so that labels mean the same in both", () => {
    const { y, classes } = parseCsv(flowers, {
      target: "species",
      classes: ["virginica", "versicolor", "setosa"],
    });
    expect(classes).toHaveLength(3);
    expect(y.data).toEqual(Int32Array.of(2, 0, 2));
    expect(() => parseCsv(flowers, { target: "species", classes: ["setosa"] })).toThrow(
      /line 3, column "species": "virginica" is not one of the classes "setosa"/,
    );
  });

  it("takes the features asked for, in that order, and looks at no other column", () => {
    const { x, featureNames } = parseCsv("a,note,b,y\n1,,2,0\n3,n/a,4,1\n", {
      target: "y",
      features: ["b", "a"],
    });
    expect(x.data).toEqual(Float32Array.of(2, 1, 4, 3));
    expect(featureNames).toEqual(["b", "a"]);
  });

  it("reads other delimiters, files without a header, quotes, white space, empty lines and a byte order mark", () => {
    const options: CsvOptions = { target: "b", delimiter: ";", columns: ["a", "b"] };
    expect(parseCsv('\uFEFF 1 ; "2"\r\n\r\n3;-4e1', options)).toMatchObject({
      x: { data: Float32Array.of(1, 3) },
      y: { data: Float32Array.of(2, -40) },
    });
    expect(parseCsv("a\tb\n1\t2\n", { target: "b", delimiter: "\t" }).x.data).toEqual(Float32Array.of(1));
  });

  it.each<[string, string, Partial<CsvOptions>, RegExp]>([
    ["a missing value", "a,y\n1,2\n\n,3\n", {}, /CSV text, line 4, column "a": the value is missing/],
    ["a missing value before a tab", "a\ty\n\t3\n", { delimiter: "\t" }, /line 2, column "a": .* missing/],
    ["a missing class", "a,y\n1,\n", { classes: true }, /line 2, column "y": the value is missing/],
    ["a word", "a,y\n1,2\none,3\n", {}, /line 3, column "a": expected a number .* found "one"/],
    ["NaN", "a,y\nNaN,3\n", {}, /line 2, column "a": .* found "NaN"/],
    ["a number beyond float32", "a,y\n1e39,3\n", {}, /line 2, column "a": .* found "1e39"/],
    ["a word as target", "a,y\n1,yes\n", {}, /column "y": .* found "yes".* set classes: true/],
    ["an unknown target", "a,b\n1,2\n", {}, /there is no column "y"; the columns are "a", "b"/],
    [
      "an unknown feature",
      "a,y\n1,2\n",
      { features: ["c"] },
      /there is no column "c"; the columns are "a", "y"/,
    ],
    ["the target as feature", "a,y\n1,2\n", { features: ["y"] }, /the target "y" is among the features/],
    ["no features", "y\n1\n", {}, /no input columns beside the target "y"/],
    ["columns of one name", "a,a,y\n1,2,3\n", {}, /two columns are called "a"/],
    ["no rows", "a,y\n", {}, /no rows of values after the header line/],
    ["no text", "", {}, /no rows of values/],
    ["a short row", "a,y\n1,2\n3\n", {}, /line 3: expected 2 values, one for each column, found 1/],
    ["a long row", 'a,y\r\n"1\r\n",2\r\n3,4,5\r\n', {}, /line 4: expected 2 values.* found 3/],
    ["an open quote", 'a,y\n1,"2\n', {}, /CSV text: Quote Not Closed.* line 2/],
  ])("refuses %s", (_, text, options, message) => {
    expect(() => parseCsv(text, { target: "y", ...options })).toThrow(message);
  });
});

describe("readCsv", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "evenkeel-csv-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("reads a file, plain or packed by gzip, and is called after it", async () => {
    await writeFile(join(folder, "houses.csv"), houses);
    await writeFile(join(folder, "houses.csv.gz"), gzipSync(houses));
    const read = await readCsv(join(folder, "houses.csv"), { target: "price" });
    expect(read).toEqual(parseCsv(houses, { target: "price", name: "houses.csv" }));
    const packed = await readCsv(join(folder, "houses.csv.gz"), { target: "price", name: "houses" });
    expect(packed).toEqual({ ...read, name: "houses" });
  });

  it("names the file in errors", async () => {
    const path = join(folder, "broken.csv");
    await writeFile(path, "a,y\n1,\n");
    await expect(readCsv(path, { target: "y", name: "other" })).rejects.toThrow(
      /broken\.csv, line 2, column "y": the value is missing/,
    );
    await expect(readCsv(join(folder, "missing.csv"), { target: "y" })).rejects.toThrow(/no such file/);
  });

  it("refuses text that is not UTF-8", async () => {
    const path = join(folder, "latin1.csv");
    await writeFile(path, Buffer.from("größe,y\n1,2\n", "latin1"));
    await expect(readCsv(path, { target: "y" })).rejects.toThrow(/latin1\.csv: expected UTF-8/);
  });
});
