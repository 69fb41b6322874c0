import { createHash } from "node:crypto";
import type { Model } from "../model/index.js";
import type { Tensor } from "../tensor/tensor.js";

/** A fingerprint of every tensor's bytes, by name: two records are equal when all bits are. */
export function bitsOf(tensors: ReadonlyMap<string, Tensor>): Record<string, string> {
  return Object.fromEntries([...tensors].map(([name, { data }]) => [name, fingerprint(data)]));
}

/** The fingerprints of a model's weights and running statistics. */
export async function weightBits(model: Model): Promise<Record<string, string>> {
  return bitsOf(await model.getWeights());
}

function fingerprint({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return createHash("sha256")
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("hex");
}
