import { scientific, significant, withMinus } from "./numbers.js";

/** Where an axis has ticks, and what stands beside them. */
export interface Ticks {
  ticks: number[];
  tickFormat: (value: number) => string;
}

/** So many powers of ten have room on an axis. */
const mostPowers = 7;

/**
 * Ticks of a logarithmic axis, only as many as can be read: at powers of ten, at 1 and 3 times those, at 1, 2 and 5
 * times, or, where the axis has less than a factor 3, as on a linear one. None where the axis has no bounds that are
 * numbers above 0.
 */
export function logTicks(least: number, most: number): Ticks {
  if (![least, most].every(isOnLogAxis)) return { ticks: [], tickFormat: plainOrPower };
  const span = most / least;
  if (span < 4) return linearTicks(least, most, { count: 4 });
  const factors = span > 1000 ? [1] : span > 10 ? [1, 3] : [1, 2, 5];
  const every = Math.ceil(Math.log10(span) / mostPowers);
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(least)); power <= Math.log10(most); power++) {
    if (power % every !== 0) continue;
    for (const factor of factors) {
      const tick = Number(`${factor}e${power}`);
      if (tick >= least && tick <= most) ticks.push(tick);
    }
  }
  return { ticks, tickFormat: plainOrPower };
}

/**
 * Ticks of a linear axis: at 1, 2 or 5 times a power of ten.
 *
 * @param options.count about so many; default 5.
 * @param options.whole whether there are whole numbers only, such as epochs.
 */
export function linearTicks(
  least: number,
  most: number,
  { count = 5, whole = false }: { count?: number; whole?: boolean } = {},
): Ticks {
  const step = Math.max(whole ? 1 : 0, niceStep((most - least) / count));
  const first = Math.ceil(least / step - 1e-9);
  const last = Math.floor(most / step + 1e-9);
  const digits = Math.min(12, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  return {
    // Whole multiples, divided where the step is a fraction: 3 × 0.1 is not 0.3.
    ticks: Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
      Number(((first + index) * step).toPrecision(12)),
    ),
    tickFormat: (value) => {
      if (value === 0) return "0";
      const largest = Math.max(Math.abs(least), Math.abs(most));
      if (largest >= 1e6 || largest < 1e-3) return scientific(value, 2);
      return withMinus(
        value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }),
      );
    },
  };
}

/** An axis is about so many characters long. */
const charactersAlong = 45;

/**
 * Ticks of a logarithmic axis at the places where something is, such as batch sizes; undefined where those are no round
 * numbers, or too many to be read.
 */
export function ticksAt(
  places: readonly (number | string)[],
  [least, most]: readonly [number, number],
): Ticks | undefined {
  const inside = places.filter((place) => typeof place === "number" && place >= least && place <= most);
  const ticks = [...new Set(inside as number[])].sort((a, b) => a - b);
  const areRound = ticks.every((tick) => Number.isInteger(tick) || Number(tick.toPrecision(2)) === tick);
  const tickFormat = (value: number) =>
    value < 1e-3 || value >= 1e6 ? scientific(value, 2) : significant(value, 6);
  const haveRoom = ticks.slice(1).every((tick, index) => {
    const room = (Math.log(tick / ticks[index]!) / Math.log(most / least)) * charactersAlong;
    return (tickFormat(tick).length + tickFormat(ticks[index]!).length) / 2 + 1 < room;
  });
  return ticks.length > 1 && areRound && haveRoom ? { ticks, tickFormat } : undefined;
}

/** Whether a value has a place on a logarithmic axis. */
export function isOnLogAxis(value: number): boolean {
  return value > 0 && Number.isFinite(value);
}

/** The nearest of 1, 2 and 5 times the powers of ten, as factors go. */
function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const rest = step / power;
  return power * (rest >= Math.sqrt(50) ? 10 : rest >= Math.sqrt(10) ? 5 : rest >= Math.SQRT2 ? 2 : 1);
}

function plainOrPower(value: number): string {
  return value >= 1e5 || value < 1e-3
    ? scientific(value, 1)
    : Number(value.toPrecision(2)).toLocaleString("en");
}
