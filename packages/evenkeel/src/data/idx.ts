import { allocate, type ElementType, formatShape, sizeOf, type Tensor, tensor } from "../tensor/tensor.js";

/** How the elements of one IDX type are stored, and the tensor type that holds them. */
interface IdxFormat {
  name: string;
  bytes: number;
  type: ElementType;
  read(view: DataView, offset: number): number;
}

/** IDX's type codes, the third byte of a file. All numbers are big-endian. */
const formats: Readonly<Record<number, IdxFormat>> = {
  8: { name: "uint8", bytes: 1, type: "uint8", read: (view, offset) => view.getUint8(offset) },
  9: { name: "int8", bytes: 1, type: "int32", read: (view, offset) => view.getInt8(offset) },
  11: { name: "int16", bytes: 2, type: "int32", read: (view, offset) => view.getInt16(offset) },
  12: { name: "int32", bytes: 4, type: "int32", read: (view, offset) => view.getInt32(offset) },
  13: { name: "float32", bytes: 4, type: "float32", read: (view, offset) => view.getFloat32(offset) },
  14: { name: "float64", bytes: 8, type: "float32", read: (view, offset) => view.getFloat64(offset) },
};

const magicBytes = 4;

/**
 * Reads the bytes of an IDX file, the format of MNIST: two zero bytes, a type code, the number of dimensions,
 * each dimension as a 32-bit integer, and the elements.
 *
 * @param bytes the file's content, already unpacked. The tensor of a uint8 file shares this memory.
 * @param name what error messages call the file.
 * @returns uint8 and float32 as they are; int8, int16 and int32 as int32; float64 rounded to float32.
 * @throws Error when the bytes are not an IDX file, or hold fewer or more elements than the header announces.
 */
export function parseIdx(bytes: Uint8Array, name = "IDX data"): Tensor {
  if (bytes.length < magicBytes) {
    throw new Error(
      `${name}: not an IDX file: expected at least the ${magicBytes} bytes of the magic number, found ${bytes.length}.`,
    );
  }
  if (bytes[0] !== 0 || bytes[1] !== 0) {
    throw new Error(
      `${name}: not an IDX file: expected the magic number to start with the bytes 00 00, found ` +
        `${hex(bytes[0]!)} ${hex(bytes[1]!)}. Is it another format, or packed by something else than gzip?`,
    );
  }
  const format = formats[bytes[2]!];
  if (!format) {
    const known = Object.entries(formats).map(([code, { name }]) => `${hex(Number(code))} (${name})`);
    throw new Error(
      `${name}: unknown IDX element type ${hex(bytes[2]!)} in the third byte, expected one of ${known.join(", ")}.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = parseShape(view, name);
  const start = magicBytes + 4 * shape.length;
  checkSize(bytes.length, start + sizeOf(shape) * format.bytes, `${format.name} ${formatShape(shape)}`, name);

  const count = sizeOf(shape);
  if (format.type === "uint8")
    return tensor(new Uint8Array(bytes.buffer, bytes.byteOffset + start, count), shape);
  const data = allocate(format.type, count) as Float32Array | Int32Array;
  for (let i = 0; i < count; i++) data[i] = format.read(view, start + i * format.bytes);
  return tensor(data, shape) as Tensor;
}

function parseShape(view: DataView, name: string): number[] {
  const rank = view.getUint8(3);
  if (rank === 0) {
    throw new Error(`${name}: the IDX header's fourth byte announces 0 dimensions, expected at least 1.`);
  }
  const expected = magicBytes + 4 * rank;
  if (view.byteLength < expected) {
    throw new Error(
      `${name}: truncated IDX header: expected ${expected} bytes for ${rank} dimensions, found ${view.byteLength}.`,
    );
  }
  return Array.from({ length: rank }, (_, axis) => view.getUint32(magicBytes + 4 * axis));
}

function checkSize(found: number, expected: number, announced: string, name: string): void {
  if (found === expected) return;
  const difference =
    found < expected
      ? `${expected - found} are missing. The file is truncated: fetch it again.`
      : `${found - expected} are too many. The header or the file's end is wrong: fetch it again.`;
  throw new Error(
    `${name}: the IDX header announces ${announced}, ${expected} bytes with the header, found ${found}: ${difference}`,
  );
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
