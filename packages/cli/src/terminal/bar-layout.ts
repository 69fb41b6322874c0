/** How wide a line's parts after the bar can get, in their order. */
const parts = { share: 5, rate: 6, loss: 12, accuracy: 13, test: 12, left: 12 };

/** What a narrow terminal goes without, the first first. */
const dispensable = ["accuracy", "loss", "test", "rate"] as const satisfies (keyof typeof parts)[];

const leastBar = 8;
const mostBar = 24;

/**
 * What a progress line shows, as cli-progress takes it, so that it fits into a terminal.
 *
 * @param columns of the terminal.
 * @param nameWidth characters of the name before the bar.
 */
export function barLayout(columns: number, nameWidth: number): { format: string; barsize: number } {
  // The last column stays empty: some terminals would begin a new line.
  const roomFor = (shown: readonly (keyof typeof parts)[]) =>
    columns - 1 - (nameWidth + 1) - shown.reduce((sum, part) => sum + parts[part] + 1, 0);
  let shown = Object.keys(parts) as (keyof typeof parts)[];
  for (const part of dispensable) {
    if (roomFor(shown) < leastBar) shown = shown.filter((other) => other !== part);
  }
  return {
    format: ["{name} {bar}", ...shown.map((part) => `{${part}}`)].join(" "),
    barsize: Math.max(leastBar, Math.min(mostBar, roomFor(shown))),
  };
}
