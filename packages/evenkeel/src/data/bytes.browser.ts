import { fetchFile } from "../files/http.js";

/**
 * The bytes of a file at an address, unpacked where it is packed by gzip and the browser has not unpacked it already.
 *
 * @throws Error naming the address.
 */
export async function readUnpacked(address: string): Promise<Uint8Array> {
  const bytes = await fetchFile(address);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
    const unpacked = new Response(stream.pipeThrough(new DecompressionStream("gzip")));
    return new Uint8Array(await unpacked.arrayBuffer());
  } catch (cause) {
    throw new Error(`${address}: the gzip file is damaged (${(cause as Error).message}).`, { cause });
  }
}
