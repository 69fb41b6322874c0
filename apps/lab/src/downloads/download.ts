/** Milliseconds after which a browser has begun to write the file. */
const patience = 10_000;

/** Gives the visitor a file. */
export function download(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), patience);
}
