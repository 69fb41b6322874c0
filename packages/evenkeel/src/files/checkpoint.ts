import { createHash } from "node:crypto";
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
 */
export function writeCheckpoint({ tensors, ...description }: Checkpoint): Uint8Array {
  const entries: Record<string, unknown> = {};
  let size = 0;
  for (const [name, { shape, data }] of tensors) {
    entries[name] = { dtype: "F32", shape, data_offsets: [size, size + data.byteLength] };
    size += data.byteLength;
  }
  const body = new Uint8Array(size);
  let place = 0;
  for (const { data } of tensors.values()) {
    body.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), place);
    place += data.byteLength;
  }
  const metadata = {
    format: "evenkeel checkpoint",
    version,
    sha256: unsigned,
    description: JSON.stringify(description, writeNumber),
  };
  const header = JSON.stringify({ __metadata__: metadata, ...entries });
  // The format allows spaces behind the header, which align the tensors to 8 bytes.
  const unpadded = Buffer.byteLength(header);
  const text = header + " ".repeat((8 - (unpadded % 8)) % 8);
  const padded = Buffer.from(text.replace(signature(unsigned), signature(digest(text, body))));
  const bytes = new Uint8Array(8 + padded.length + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded.length), true);
  bytes.set(padded, 8);
  bytes.set(body, 8 + padded.length);
  return bytes;
}

/** @throws Error saying what is wrong with the bytes. */
export function readCheckpoint(bytes: Uint8Array): Checkpoint {
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
  if (digest(text.replace(signature(sha256), signature(unsigned)), body) !== sha256) {
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

function signature(sha256: string): string {
  return `"sha256":"${sha256}"`;
}

/** The SHA-256 of header and tensors. */
function digest(header: string, body: Uint8Array): string {
  return createHash("sha256").update(header).update(body).digest("hex");
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
