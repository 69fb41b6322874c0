/** Text as it may stand in HTML. */
export function escaped(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (character) =>
      ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[character] as string,
  );
}

/**
 * A text for people as HTML, with its subscripts as such: one to three letters behind an underscore that follows a
 * Greek letter, ∇ or ℓ, as in `σ_B²`, `∇ℓ_i`, `Σ_xy`. Other underscores are names of things and stay.
 */
export function prose(text: string): string {
  return escaped(text).replace(/(?<=[\u0370-\u03ff∇ℓ])_([A-Za-z]{1,3})(?![A-Za-z_])/g, "<sub>$1</sub>");
}
