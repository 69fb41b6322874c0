/** A piece of a text: as it is, or a subscript. */
export interface ProsePart {
  text: string;
  sub: boolean;
}

/**
 * A text for people with its subscripts as such: one to three letters behind an underscore that follows a Greek letter,
 * ∇ or ℓ, as in `σ_B²`, `∇ℓ_i`, `Σ_xy`. Other underscores are names of things and stay.
 */
export function proseParts(text: string): ProsePart[] {
  // A pattern's group comes between the pieces.
  const pieces = text.split(/(?<=[\u0370-\u03ff∇ℓ])_([A-Za-z]{1,3})(?![A-Za-z_])/);
  return pieces
    .map((piece, index) => ({ text: piece, sub: index % 2 === 1 }))
    .filter(({ text }) => text !== "");
}
