/** The least and the most numbers a batch has here. */
export const batchSizes = { least: 1, most: 32 } as const;

/** The largest number, either way. */
export const largest = 1e6;

/** A number as people write it, rounded to some digits. */
export function written(value: number, digits = 5): string {
  return String(Number(value.toPrecision(digits)) + 0).replaceAll("-", "−");
}

/** The same with brackets around a negative number, for behind an operator. */
export function bracketed(value: number, digits = 5): string {
  return value < 0 ? `(${written(value, digits)})` : written(value, digits);
}

/** A mean, with as many digits as show it beside values that are so far from it. */
export function meanDigits(mean: number, deviation: number): number {
  if (deviation === 0) return 12;
  return Math.min(12, Math.max(5, Math.ceil(Math.log10(Math.abs(mean) / deviation + 1)) + 4));
}

/** What someone typed as a batch: its numbers, or what is wrong with it. */
export function readBatch(text: string): { values: number[] } | { problem: string } {
  const words = text
    .replaceAll("−", "-")
    .split(/[\s,;]+/)
    .filter((word) => word !== "");
  if (words.length < batchSizes.least) return { problem: "A batch has at least one number." };
  if (words.length > batchSizes.most) {
    return { problem: `These are ${words.length} numbers; there is room for ${batchSizes.most}.` };
  }
  const values: number[] = [];
  for (const word of words) {
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(word)) {
      const shown = word.length > 20 ? `${word.slice(0, 20)}…` : word;
      return {
        problem: `“${shown}” is not a number. Write numbers with commas or spaces between them: 3, 5, 8.5`,
      };
    }
    const value = Number(word) + 0;
    if (Math.abs(value) > largest) {
      return { problem: `${word} is too far out: there is room from −1,000,000 to 1,000,000.` };
    }
    values.push(value);
  }
  return { values };
}

/** A batch as someone would type it. */
export function batchText(values: readonly number[]): string {
  return values.join(", ");
}
