import { proseParts } from "../record/prose.js";

/** Text as it may stand in HTML. */
export function escaped(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (character) =>
      ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[character] as string,
  );
}

/** A text for people as HTML, with its subscripts as such. */
export function prose(text: string): string {
  return proseParts(text)
    .map((part) => (part.sub ? `<sub>${escaped(part.text)}</sub>` : escaped(part.text)))
    .join("");
}
