import type { NetworkConfiguration } from "../network/configuration.js";
import { sizeOf, type Tensor, tensor } from "../tensor/tensor.js";
import type { FitSettings, Progress } from "../training/progress.js";

/** Everything with which a training goes on as if it had not been interrupted. */
export interface Checkpoint {
  network: NetworkConfiguration;
  seed: number;
  optimizer: { type: string; options: Record<string, unknown> };
  /** The names of the losses and metrics; of several outputs, by output. */
  loss: string | Record<string, string>;
  lossWeights?: Record<string, number>;
  metrics: string[] | Record<string, string[]>;
  progress: Progress;
  /** Of the `fit` that was under way; undefined when none was. */
  settings: FitSettings | undefined;
  /** Weights, running statistics, the optimiser's tensors (`optimizer/…`), and what callbacks keep (`kept/…`). */
  tensors: Map<string, Tensor<"float32">>;
}

const version = "1";

/**
 * A checkpoint as a file in the safetensors format (a header of JSON with names, shapes and places, then the
 * tensors' bytes), which Python reads with `safetensors`. The header's `__metadata__` holds the rest, and the
 * SHA-256 of header and tensors.
 *
 * @throws Error in a page that has no cryptography.
 */
export async function writeCheckpoint({ tensors, ...description }: Checkpoint): Promise<Uint8Array> {
  const entries: Record<string, unknown> = {};
  let size = 0;
  for (const [name, { shape, data }] of tensors) {
    entries[name] = { dtype: "F32", shape, data_offsets: [size, size + data.byteLength] };
    size += data.byteLength;
  }
  const metadata = {
    format: "evenkeel checkpoint",
    version,
    sha256: unsigned,
    description: JSON.stringify(description, writeNumber),
  };
  const text = JSON.stringify({ __metadata__: metadata, ...entries });
  const header = new TextEncoder().encode(text);
  // The format allows spaces behind the header, which align the tensors to 8 bytes.
  const length = Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.fill(0x20, 8, 8 + length);
  bytes.set(header, 8);
  let place = 8 + length;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), place);
    place += data.byteLength;
  }
  const signed = bytes.subarray(8);
  sign(signed, text, unsigned, await digest(signed));
  return bytes;
}

/** @throws Error saying what is wrong with the bytes. */
export async function readCheckpoint(bytes: Uint8Array): Promise<Checkpoint> {
  const headerLength =
    bytes.length >= 8 ? Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)) : Infinity;
  if (8 + headerLength > bytes.length) throw new Error("it is no checkpoint, or it is cut off");
  const text = new TextDecoder().decode(bytes.subarray(8, 8 + headerLength));
  let header: Record<string, { shape: number[]; data_offsets: [number, number] }> & {
    __metadata__?: Record<string, string>;
  };
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw new Error("it is no checkpoint", { cause });
  }
  const { __metadata__: metadata, ...entries } = header ?? {};
  if (metadata?.format !== "evenkeel checkpoint") throw new Error("it is no checkpoint of Evenkeel");
  if (metadata.version !== version) {
    throw new Error(
      `it was written by a newer Evenkeel (format ${metadata.version}, this one reads ${version})`,
    );
  }
  const body = bytes.subarray(8 + headerLength);
  const { sha256 = "" } = metadata;
  const signed = new Uint8Array(bytes.subarray(8));
  sign(signed, text, sha256, unsigned);
  if ((await digest(signed)) !== sha256) {
    throw new Error("it is cut off or damaged: its content does not match its checksum");
  }
  const tensors = new Map<string, Tensor<"float32">>();
  for (const [
    name,
    {
      shape,
      data_offsets: [start],
    },
  ] of Object.entries(entries)) {
    const data = new Float32Array(sizeOf(shape));
    new Uint8Array(data.buffer).set(body.subarray(start, start + data.byteLength));
    tensors.set(name, tensor(data, shape));
  }
  return { ...JSON.parse(metadata.description!, readNumber), tensors };
}

/** Stands in the header while its own checksum is taken. */
const unsigned = "0".repeat(64);

/** Puts a checksum in the place of another one, in the bytes of a header and what follows it. */
function sign(bytes: Uint8Array, header: string, before: string, sha256: string): void {
  const key = '"sha256":"';
  const place = header.indexOf(`${key}${before}"`);
  if (place === -1 || before.length !== sha256.length) return;
  const encoder = new TextEncoder();
  bytes.set(encoder.encode(sha256), encoder.encode(header.slice(0, place) + key).length);
}

/** The SHA-256 of header and tensors, in hexadecimal. */
async function digest(bytes: Uint8Array): Promise<string> {
  if (!globalThis.crypto?.subtle) {
    throw new Error("checkpoints carry a checksum, for which a page needs an https address, or localhost");
  }
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What `writeNumber` writes for them; other objects may have something called a number too. */
const nonFinite = new Set<unknown>(["NaN", "Infinity", "-Infinity"]);

/** JSON has no NaN and no infinity, which a loss can be. */
function writeNumber(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? { number: String(value) } : value;
}

function readNumber(_: string, value: unknown): unknown {
  const isWritten =
    typeof value === "object" && value !== null && "number" in value && nonFinite.has(value.number);
  return isWritten ? Number(value.number) : value;
}
