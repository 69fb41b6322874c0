import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readIdx } from "./files.js";
import { parseIdx } from "./idx.js";

/** The bytes of an IDX file: magic number, dimensions, elements as they lie in the file. */
function idxBytes(typeCode: number, shape: number[], elements: number[]): Uint8Array {
  const dimensions = shape.flatMap((n) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);
  return Uint8Array.from([0, 0, typeCode, shape.length, ...dimensions, ...elements]);
}

const good = idxBytes(0x08, [2, 3], [1, 2, 3, 4, 5, 255]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-idx-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

describe("parseIdx", () => {
  it("reads uint8", () => {
    expect(parseIdx(good)).toEqual({ type: "uint8", shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 255) });
  });

  it.each([
    ["int8", 0x09, [0xff, 0x7f], Int32Array.of(-1, 127)],
    ["int16", 0x0b, [0xff, 0xfe, 0x01, 0x00], Int32Array.of(-2, 256)],
    ["int32", 0x0c, [0xff, 0xff, 0xff, 0xff, 0, 1, 0, 0], Int32Array.of(-1, 65536)],
    ["float32", 0x0d, [0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0], Float32Array.of(1.5, -2)],
    ["float64", 0x0e, [0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0], Float32Array.of(1.5, -2)],
  ])("reads %s, big-endian", (_, code, elements, data) => {
    expect(parseIdx(idxBytes(code, [2], elements)).data).toEqual(data);
  });

  it("reads bytes that start inside a larger buffer", () => {
    const within = Uint8Array.from([9, 9, 9, ...good]).subarray(3);
    expect(parseIdx(within)).toEqual(parseIdx(good));
  });
});

describe("readIdx", () => {
  it("reads a file, plain or packed by gzip", async () => {
    expect(await readIdx(await file("plain", good))).toEqual(parseIdx(good));
    expect(await readIdx(await file("packed.gz", gzipSync(good)))).toEqual(parseIdx(good));
    expect(await readIdx(await file("packed-without-ending", gzipSync(good)))).toEqual(parseIdx(good));
  });

  it.each<[string, Uint8Array, RegExp]>([
    ["empty", new Uint8Array(), /empty: not an IDX file: expected at least the 4 bytes .* found 0/],
    ["bad-magic", Uint8Array.of(0x89, 0x50, 0x4e, 0x47), /bad-magic: not an IDX file: .* 00 00, found 89 50/],
    [
      "bad-type",
      idxBytes(0x07, [1], [0]),
      /bad-type: unknown IDX element type 07 .* 08 \(uint8\), 09 \(int8\)/,
    ],
    ["no-dimensions", idxBytes(0x08, [], []), /no-dimensions: .* 0 dimensions, expected at least 1/],
    ["short-header", good.subarray(0, 10), /short-header: truncated .* expected 12 bytes .* found 10/],
    ["truncated", good.subarray(0, -2), /truncated: .* uint8 \[2, 3\], 18 bytes .* found 16: 2 are missing/],
    ["overlong", Uint8Array.of(...good, 0), /overlong: .* 18 bytes .* found 19: 1 are too many/],
    [
      "wrong-count",
      idxBytes(0x08, [2 ** 32 - 1, 2 ** 32 - 1], [1]),
      /wrong-count: .* \[4294967295, 4294967295\]/,
    ],
    ["truncated.gz", gzipSync(good).subarray(0, -9), /truncated\.gz: the gzip file is damaged \(.+\)/],
  ])("refuses a file that is %s", async (name, bytes, message) => {
    await expect(readIdx(await file(name, bytes))).rejects.toThrow(message);
  });

  it("refuses a missing file and a folder", async () => {
    await expect(readIdx(join(folder, "missing"))).rejects.toThrow(/missing: there is no such file/);
    await expect(readIdx(folder)).rejects.toThrow(/expected a file, found a folder/);
  });
});
