/** A number of bytes: `170.1 MB`, `28.9 kB`. */
export function amount(bytes: number): string {
  const { size, name } = unitOf(bytes);
  return `${(bytes / size).toFixed(1)} ${name}`;
}

/** A part of a number of bytes, in one unit: `63.2 of 170.1 MB`. */
export function amountOf(part: number, whole: number): string {
  const { size, name } = unitOf(whole);
  return `${(part / size).toFixed(1)} of ${(whole / size).toFixed(1)} ${name}`;
}

function unitOf(bytes: number): { size: number; name: string } {
  return bytes >= 1e6 ? { size: 1e6, name: "MB" } : { size: 1e3, name: "kB" };
}
