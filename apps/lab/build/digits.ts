import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Dataset, mnist, type TrainTest } from "evenkeel";

/** Training images of one file. */
const imagesPerFile = 10_000;

/** The files of a data set as the lab loads them (src/data/digits.ts), by name. */
export function digitFiles({ train, test }: TrainTest): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const parts = (name: string, { x, y }: Dataset) => {
    const count = x.shape[0]!;
    return Array.from({ length: Math.ceil(count / imagesPerFile) }, (_, index) => {
      const [first, end] = [index * imagesPerFile, Math.min(count, (index + 1) * imagesPerFile)];
      const content = gzipSync(packed(x.data as Uint8Array, y.data as Uint8Array, first, end), { level: 6 });
      const file = `${name}-${index}.bin`;
      files.set(file, content);
      return { file, bytes: content.length, examples: end - first };
    });
  };
  const manifest = { classes: train.classes, train: parts("train", train), test: parts("test", test) };
  files.set("manifest.json", new TextEncoder().encode(JSON.stringify(manifest, null, 2)));
  return files;
}

/** Images as IDX, then their labels as IDX. */
function packed(pixels: Uint8Array, labels: Uint8Array, first: number, end: number): Uint8Array {
  const count = end - first;
  const header = (kind: number, ...sizes: number[]) => {
    const bytes = new DataView(new ArrayBuffer(4 + 4 * sizes.length));
    bytes.setUint32(0, kind);
    for (const [axis, size] of sizes.entries()) bytes.setUint32(4 + 4 * axis, size);
    return new Uint8Array(bytes.buffer);
  };
  return Buffer.concat([
    header(0x0803, count, 28, 28),
    pixels.subarray(first * 784, end * 784),
    header(0x0801, count),
    labels.subarray(first, end),
  ]);
}

let known: Promise<Map<string, Uint8Array>> | undefined;

/** MNIST, from the package that ships it. */
export function mnistFiles(): Promise<Map<string, Uint8Array>> {
  known ??= mnist().then(digitFiles);
  return known;
}

/** Writes a data set's files into a folder. */
export function writeDigits(folder: string, data: TrainTest): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of digitFiles(data)) writeFileSync(join(folder, name), content);
}
