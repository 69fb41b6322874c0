/** A stretch of a number line. */
export interface Range {
  low: number;
  high: number;
}

/** A stretch with all these values in it and some room beside them, from one round number to another. */
export function rangeAround(values: readonly number[]): Range {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const size = Math.max(Math.abs(low), Math.abs(high));
  // Values that are the same to the eye and to floating point get a line of their own size.
  const isSpread = high - low > Math.max(1e-9 * size, 1e-30);
  const room = isSpread ? (high - low) * 0.12 : Math.max(1, size / 2);
  const step = roundStep((high - low + 2 * room) / 10);
  return {
    low: multiple(Math.floor((low - room) / step), step),
    high: multiple(Math.ceil((high + room) / step), step),
  };
}

/** The stretch that holds both. */
export function union(one: Range, other: Range): Range {
  return { low: Math.min(one.low, other.low), high: Math.max(one.high, other.high) };
}

/** Round numbers within a stretch, about as many as asked for. */
export function ticksOf({ low, high }: Range, about: number): number[] {
  const step = roundStep((high - low) / Math.max(1, about));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => multiple(first + index, step));
}

/** How far one press of an arrow key goes, and how fine dragging is. */
export function stepsOf({ low, high }: Range): { key: number; drag: number } {
  return { key: roundStep((high - low) / 60), drag: 10 ** Math.floor(Math.log10((high - low) / 200)) };
}

/** The multiple of a step that is nearest. */
export function snapped(value: number, step: number): number {
  return multiple(Math.round(value / step), step);
}

/** The next number up of 1, 2, 5 and their multiples by powers of ten. */
function roundStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast));
  const factor = [1, 2, 5].find((candidate) => candidate * power >= atLeast * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** Without the digits that floating point adds: 3 · 0.1 is 0.3. */
function multiple(count: number, step: number): number {
  return Number((count * step).toPrecision(12)) + 0;
}
