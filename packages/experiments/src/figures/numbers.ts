/** What stands for a number that there is not. */
export const missing = "–";

/**
 * A number of so many significant digits: `1,230,000`, `0.0124`, `1.2×10⁻⁷`.
 *
 * @param digits at most; default 3.
 * @param least at least so many, noughts at the end among them: `1.00`. Default 1.
 */
export function significant(value: number, digits = 3, least = 1): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-4)) return scientific(value, digits);
  return withMinus(
    value.toLocaleString("en", { maximumSignificantDigits: digits, minimumSignificantDigits: least }),
  );
}

/** The number with a power of ten: `1.2×10⁻⁷`, `10⁴`. @param digits significant ones. */
export function scientific(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e") as [string, string];
  const power = `10${[...String(Number(exponent))].map((digit) => superscripts[digit]).join("")}`;
  const factor = withMinus(String(Number(mantissa)));
  return factor === "1" ? power : factor === "−1" ? `−${power}` : `${factor}×${power}`;
}

/** A number's text with a minus sign in place of the hyphen. */
export function withMinus(text: string): string {
  return text.replace("-", "−");
}

const superscripts: Record<string, string> = {
  "-": "⁻",
  ...Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].map((digit, index) => [String(index), digit])),
};
