import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { cifar10 } from "./cifar10.js";
import { parseCifar10 } from "./cifar10-records.js";
import { cifarFiles, records } from "./fetch/testing/datasets.js";

describe("parseCifar10", () => {
  it("reads a label and three planes of 32 × 32 from each record", () => {
    const bytes = new Uint8Array(2 * 3073);
    bytes[0] = 3;
    bytes[3073] = 9;
    // The second image's green at row 5, column 7.
    bytes[3073 + 1 + 1024 + 5 * 32 + 7] = 200;
    const { x, y } = parseCifar10(bytes);
    expect(x).toMatchObject({ type: "uint8", shape: [2, 3, 32, 32] });
    expect(y).toEqual({ type: "uint8", shape: [2], data: Uint8Array.of(3, 9) });
    expect(x.data.indexOf(200)).toBe(((1 * 3 + 1) * 32 + 5) * 32 + 7);
    expect(x.data.filter((pixel) => pixel > 0)).toHaveLength(1);
  });

  it("keeps every byte of any whole number of records", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer(), (count, seed) => {
        const bytes = records(count, seed);
        const { x, y } = parseCifar10(bytes);
        const again = Array.from({ length: count }, (_, index) => [
          y.data[index]!,
          ...x.data.subarray(index * 3072, (index + 1) * 3072),
        ]).flat();
        expect(Buffer.from(again).equals(bytes)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ["no bytes", new Uint8Array(), /expected records of 3073 bytes, .* found 0 bytes/],
    ["a cut record", new Uint8Array(3073 * 2 - 1), /found 6145 bytes, 2\.00 records\. The file is cut off/],
    ["CIFAR-100", new Uint8Array(3074 * 10), /found 30740 bytes, 10\.00 records/],
    [
      "a label above 9",
      records(3, 1).fill(10, 3073, 3074),
      /test: record 1 has the label 10, expected 0 to 9/,
    ],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => parseCifar10(bytes, "test")).toThrow(message);
  });
});

describe("cifar10", () => {
  const root = temporaryFolder();
  let folders = 0;
  let folder: string;
  beforeEach(() => {
    folder = join(root, `${folders++}`);
    mkdirSync(folder);
    vi.stubEnv("EVENKEEL_CACHE", join(root, "no-cache"));
    // Whoever works on the project may have the images.
    vi.stubEnv("EVENKEEL_CIFAR10", "");
  });
  afterEach(() => vi.unstubAllEnvs());

  /** Writes the six files, with so many records in each. */
  function write(into: string, count = 2): void {
    mkdirSync(into, { recursive: true });
    for (const [file, bytes] of cifarFiles(count)) writeFileSync(join(into, file), bytes);
  }

  it("puts the five training files one after another", async () => {
    write(folder);
    writeFileSync(join(folder, "data_batch_4.bin"), records(3, 99));
    const { train, test } = await cifar10({ folder });
    expect(train).toMatchObject({ name: "CIFAR-10 train", x: { shape: [11, 3, 32, 32] } });
    expect(test).toMatchObject({ name: "CIFAR-10 test", x: { shape: [2, 3, 32, 32] } });
    expect(train.y).toEqual({
      type: "uint8",
      shape: [11],
      data: Uint8Array.of(0, 1, 0, 1, 0, 1, 0, 1, 2, 0, 1),
    });
    const fourth = parseCifar10(records(3, 99)).x.data;
    expect(Buffer.from(train.x.data.subarray(6 * 3072, 9 * 3072) as Uint8Array).equals(fourth)).toBe(true);
    expect(train.classes).toEqual("airplane automobile bird cat deer dog frog horse ship truck".split(" "));
  });

  it("is read from the option, the environment or the cache, each itself or with the archive's folder in it", async () => {
    const cache = join(folder, "cache");
    vi.stubEnv("EVENKEEL_CACHE", cache);
    write(join(cache, "cifar10", "cifar-10-batches-bin"), 1);
    expect((await cifar10()).test.x.shape[0]).toBe(1);
    write(join(folder, "named"), 2);
    vi.stubEnv("EVENKEEL_CIFAR10", join(folder, "named"));
    expect((await cifar10()).test.x.shape[0]).toBe(2);
    write(join(folder, "given", "cifar-10-batches-bin"), 3);
    for (const given of ["given", "given/cifar-10-batches-bin"]) {
      expect((await cifar10({ folder: join(folder, given) })).test.x.shape[0]).toBe(3);
    }
  });

  it("takes the classes' names from batches.meta.txt", async () => {
    write(folder);
    const names = "a b c d e f g h i j".split(" ");
    writeFileSync(join(folder, "batches.meta.txt"), `${names.join("\r\n")}\n\n`);
    expect((await cifar10({ folder })).test.classes).toEqual(names);
    writeFileSync(join(folder, "batches.meta.txt"), "one\ntwo\n");
    await expect(cifar10({ folder })).rejects.toThrow(
      /batches\.meta\.txt: expected the names of 10 classes.* 2/,
    );
  });

  it("that is incomplete or nowhere is refused: what is missing, where, and what to do", async () => {
    write(folder);
    rmSync(join(folder, "data_batch_3.bin"));
    rmSync(join(folder, "test_batch.bin"));
    await expect(cifar10({ folder })).rejects.toThrow(
      `CIFAR-10: no complete copy was found. Looked in ${folder} ({ folder }): missing data_batch_3.bin, test_batch.bin. ` +
        `Run "evenkeel data fetch cifar10 --folder ${folder}" or call fetchDataset("cifar10", { folder: "${folder}" }), ` +
        "or say where the files are: { folder } or EVENKEEL_CIFAR10.",
    );
    await expect(cifar10()).rejects.toThrow(
      `Looked in ${join(root, "no-cache", "cifar10")} (cache): there is no such folder. ` +
        'Run "evenkeel data fetch cifar10" or call fetchDataset("cifar10"),',
    );
  });

  it("with a file that is cut off or of another format is refused by the file's name", async () => {
    write(folder);
    writeFileSync(join(folder, "data_batch_2.bin"), records(2, 1).subarray(0, 5000));
    await expect(cifar10({ folder })).rejects.toThrow(
      /data_batch_2\.bin: expected records of 3073 bytes.*5000/,
    );
    writeFileSync(join(folder, "data_batch_2.bin"), records(2, 1).fill(77, 0, 1));
    await expect(cifar10({ folder })).rejects.toThrow(/data_batch_2\.bin: record 0 has the label 77/);
  });

  it("refuses options that do not exist", async () => {
    // @ts-expect-error there is no such option
    await expect(cifar10({ path: folder })).rejects.toThrow('cifar10 has no option "path"');
    await expect(cifar10({ folder: "" })).rejects.toThrow("CIFAR-10: expected the path of a folder");
  });
});
