import type { Tensor } from "./tensor.js";

/** A 32-bit checksum of a tensor's elements, FNV-1a over 32-bit words: it tells damage, not forgery. */
export function checksum({ data }: Tensor<"float32">): number {
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length);
  let hash = 0x811c9dc5;
  for (let index = 0; index < words.length; index++) hash = Math.imul(hash ^ words[index]!, 0x01000193);
  return hash >>> 0;
}
