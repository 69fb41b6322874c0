import { nameLength } from "./limits.ts";

/**
 * What a file holds, as text, block by block: UTF-8, or UTF-16 with a byte order mark.
 *
 * @param encoding from `encodingOf`.
 * @param blockBytes bytes that are read at once.
 * @throws TypeError when the bytes are no text of this encoding.
 */
export async function* textOf(
  file: Blob,
  encoding: string,
  blockBytes: number,
): AsyncGenerator<{ text: string; end: number; isLast: boolean }> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  for (let start = 0; start < file.size; start += blockBytes) {
    const end = Math.min(start + blockBytes, file.size);
    const isLast = end === file.size;
    yield { text: decoder.decode(await bytesOf(file, start, end), { stream: !isLast }), end, isLast };
  }
}

/** The encoding by a file's first bytes. @throws Error for a file that is no text but something known. */
export async function encodingOf(file: Blob): Promise<string> {
  const [first, second] = new Uint8Array(await bytesOf(file, 0, 2));
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (first === 0x50 && second === 0x4b) {
    throw new Error(
      "This is a workbook or an archive, not a CSV file. Save the sheet as CSV, and choose that.",
    );
  }
  if (first === 0x1f && second === 0x8b) {
    throw new Error("This file is packed by gzip. Unpack it, and choose the CSV file in it.");
  }
  return "utf-8";
}

/**
 * A name or category as it can stand anywhere: in one line, without characters that turn the direction of writing
 * round, and not too long.
 */
export function cleaned(text: string): string {
  const plain = text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu, " ")
    .replace(/\p{Cs}/gu, "�")
    .trim();
  const characters = [...plain.slice(0, 2 * nameLength + 2)];
  return characters.length > nameLength ? `${characters.slice(0, nameLength - 1).join("")}…` : plain;
}

/** A column's names: cleaned, none empty, no two alike. */
export function columnNames(texts: readonly string[]): string[] {
  const taken = new Set<string>();
  return texts.map((text, index) => {
    const wanted = cleaned(text) || `column ${index + 1}`;
    let name = wanted;
    for (let count = 2; taken.has(name); count++) name = `${wanted} (${count})`;
    taken.add(name);
    return name;
  });
}

async function bytesOf(file: Blob, start: number, end: number): Promise<ArrayBuffer> {
  try {
    return await file.slice(start, end).arrayBuffer();
  } catch (cause) {
    throw new Error("The file cannot be read. Is it a folder, or was it moved or changed? Choose it again.", {
      cause,
    });
  }
}
