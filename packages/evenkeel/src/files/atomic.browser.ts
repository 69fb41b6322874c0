import { fetchFile } from "./http.js";

/** @throws Error always: a page has no files of its own. */
export async function writeWhole(path: string, _content: Uint8Array | string): Promise<void> {
  throw new Error(
    `Cannot write "${path}": a page has no files. Keep the bytes that model.toOnnx() and model.toCheckpoint() give.`,
  );
}

/** Fetches a file. @throws Error naming its address and what it was wanted for. */
export async function readWhole(address: string, purpose: string): Promise<Uint8Array> {
  try {
    return await fetchFile(address);
  } catch (cause) {
    throw new Error(`Cannot read ${purpose}: ${(cause as Error).message}.`, { cause });
  }
}

/** Never anything: to ask a server for what need not be there would put an error in the console. */
export async function readIfThere(_address: string): Promise<undefined> {
  return undefined;
}
