import type { Tensor } from "../tensor/tensor.js";
import { tensor } from "../tensor/tensor.js";

/** Channels, rows and columns of an image: its planes are red, green and blue. */
const image = [3, 32, 32] as const;

const pixels = 3 * 32 * 32;

/** Bytes of one example in CIFAR-10's binary files: its label and its pixels. */
export const recordBytes = 1 + pixels;

const classCount = 10;

/** Images and labels of records, or room for them. */
export interface LabelledImages {
  /** [N, 3, 32, 32]: channels first, as the files hold them. */
  readonly x: Tensor<"uint8">;
  /** [N], 0 to 9. */
  readonly y: Tensor<"uint8">;
}

/**
 * Reads the bytes of one of CIFAR-10's binary files: records of a label (one byte) and an image (3072 bytes: the
 * red, the green and the blue plane, each row by row).
 *
 * @param bytes any whole number of records, one at least.
 * @param name what error messages call the file.
 * @throws Error when the last record is cut off, there is none, or a label is not one of 0 to 9.
 */
export function parseCifar10(bytes: Uint8Array, name = "CIFAR-10 data"): LabelledImages {
  const parsed = roomFor(countRecords(bytes.length, name));
  copyRecords(bytes, parsed, 0, name);
  return parsed;
}

/** Room for so many examples. */
export function roomFor(count: number): LabelledImages {
  return {
    x: tensor(new Uint8Array(count * pixels), [count, ...image]),
    y: tensor(new Uint8Array(count)),
  };
}

/** How many records a file of so many bytes holds. @throws Error when that is no whole number of at least 1. */
export function countRecords(bytes: number, name: string): number {
  if (bytes > 0 && bytes % recordBytes === 0) return bytes / recordBytes;
  throw new Error(
    `${name}: expected records of ${recordBytes} bytes, a label and 3 × 32 × 32 pixels, found ${bytes} bytes, ` +
      `${(bytes / recordBytes).toFixed(2)} records. The file is cut off or of another format: fetch it again.`,
  );
}

/** Copies a file's records into the room from its example `start` on. @throws Error for a label above 9. */
export function copyRecords(bytes: Uint8Array, { x, y }: LabelledImages, start: number, name: string): void {
  const count = bytes.length / recordBytes;
  for (let index = 0; index < count; index++) {
    const at = index * recordBytes;
    const label = bytes[at]!;
    if (label >= classCount) {
      throw new Error(
        `${name}: record ${index} has the label ${label}, expected 0 to ${classCount - 1}. The file is damaged or ` +
          "of another data set (CIFAR-100 has two labels in each record).",
      );
    }
    y.data[start + index] = label;
    x.data.set(bytes.subarray(at + 1, at + recordBytes), (start + index) * pixels);
  }
}
