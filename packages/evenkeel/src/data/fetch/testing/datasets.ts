import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import { type PublishedDataset, published } from "../../published.js";

/** Bytes that gzip can't make smaller, the same for the same seed. */
export function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

/** A file of CIFAR-10's format with labels 0 to 9 in turn. */
export function records(count: number, seed: number): Uint8Array {
  const bytes = noise(count * 3073, seed);
  for (let index = 0; index < count; index++) bytes[index * 3073] = index % 10;
  return bytes;
}

/** What CIFAR-10's archive holds, with so many records in each file. */
export function cifarFiles(count = 20): Map<string, Uint8Array> {
  return new Map(published.cifar10.files.map((file, index) => [file, records(count, index + 1)]));
}

/** An archive with the files in CIFAR-10's folder, and with something beside them that nobody wants. */
export async function archiveOf(files: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> {
  const folder = "cifar-10-batches-bin";
  const entries = [
    { header: { name: `${folder}/`, type: "directory" as const, size: 0 } },
    { header: { name: "../escaped.bin", size: 4 }, body: "evil" },
    { header: { name: `${folder}/readme.html`, size: 4 }, body: "read" },
    ...[...files].map(([file, body]) => ({ header: { name: `${folder}/${file}`, size: body.length }, body })),
  ];
  return gzipSync(await packTar(entries));
}

/** A data set like a published one, whose downloads are these files. */
export function publishedAs(
  dataset: PublishedDataset,
  url: string,
  downloads: ReadonlyMap<string, Uint8Array>,
): PublishedDataset {
  return {
    ...dataset,
    url,
    downloads: [...downloads].map(([file, bytes]) => ({
      file,
      bytes: bytes.length,
      md5: createHash("md5").update(bytes).digest("hex"),
    })),
  };
}
