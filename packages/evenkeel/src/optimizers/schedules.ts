import { shown } from "../options/known.js";

/**
 * A learning rate that depends on the step: plain data, so that a checkpoint can keep it. Steps are optimiser
 * steps, counted from 0 over the whole training.
 */
export type Schedule =
  | { type: "constant"; rate: number }
  | { type: "step"; initial: number; every: number; factor: number }
  | { type: "exponential"; initial: number; every: number; factor: number }
  | { type: "cosine"; initial: number; steps: number; final: number }
  | { type: "warmUp"; steps: number; from: number; after: Schedule }
  | {
      type: "oneCycle";
      maximum: number;
      steps: number;
      risingShare: number;
      startDivisor: number;
      finalDivisor: number;
    };

/** Makers of schedules, with their defaults. */
export const schedules = {
  /** The same rate at every step. */
  constant: (rate: number): Schedule => checked({ type: "constant", rate }),
  /** initial · factor^⌊step/every⌋. */
  step: (options: { initial: number; every: number; factor?: number }): Schedule =>
    checked({ type: "step", factor: 0.1, ...options }),
  /** initial · factor^(step/every). */
  exponential: (options: { initial: number; every?: number; factor: number }): Schedule =>
    checked({ type: "exponential", every: 1, ...options }),
  /** Half a cosine from `initial` to `final` (default 0) over `steps`, then `final` (Loshchilov & Hutter 2017). */
  cosine: (options: { initial: number; steps: number; final?: number }): Schedule =>
    checked({ type: "cosine", final: 0, ...options }),
  /** Straight from `from` (default 0) to what `after` begins with, over `steps`; then `after`, counted from 0. The
   * first step is taken at `from`: with 0 it changes no weights. */
  warmUp: (options: { steps: number; from?: number; after: Schedule | number }): Schedule =>
    checked({ type: "warmUp", from: 0, ...options, after: scheduleOf(options.after) }),
  /**
   * Up from maximum/startDivisor (25) to the maximum over `risingShare` (0.3) of the steps, and down to
   * start/finalDivisor (10⁴), both along half cosines (Smith & Topin 2019; PyTorch's OneCycleLR).
   */
  oneCycle: (options: {
    maximum: number;
    steps: number;
    risingShare?: number;
    startDivisor?: number;
    finalDivisor?: number;
  }): Schedule =>
    checked({ type: "oneCycle", risingShare: 0.3, startDivisor: 25, finalDivisor: 1e4, ...options }),
} as const;

/** A number is a constant schedule. @throws RangeError for a rate that is no finite number. */
export function scheduleOf(rate: number | Schedule): Schedule {
  if (typeof rate === "number") return checked({ type: "constant", rate });
  if (typeof rate === "object" && rate !== null && Object.hasOwn(fields, rate.type)) return checked(rate);
  throw new TypeError(
    `The learning rate must be a number or made by schedules.cosine({...}) and its like, got ${shown(rate)}.`,
  );
}

/** The learning rate at a step. */
export function rateAt(schedule: Schedule, step: number): number {
  switch (schedule.type) {
    case "constant":
      return schedule.rate;
    case "step":
      return schedule.initial * schedule.factor ** Math.floor(step / schedule.every);
    case "exponential":
      return schedule.initial * schedule.factor ** (step / schedule.every);
    case "cosine":
      return along(schedule.initial, schedule.final, step / schedule.steps);
    case "warmUp": {
      const { steps, from, after } = schedule;
      if (step >= steps) return rateAt(after, step - steps);
      return from + ((rateAt(after, 0) - from) * step) / steps;
    }
    case "oneCycle": {
      const { maximum, steps, risingShare, startDivisor, finalDivisor } = schedule;
      const start = maximum / startDivisor;
      const top = risingShare * steps - 1;
      // A rise of one step is its end.
      return step <= top
        ? along(start, maximum, top > 0 ? step / top : 1)
        : along(maximum, start / finalDivisor, (step - top) / (steps - 1 - top));
    }
  }
}

/** Half a cosine from one value to another as `share` goes from 0 to 1. */
function along(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * Math.min(1, share)))) / 2;
}

/** The numbers that each schedule is made of. */
const fields: { [Type in Schedule["type"]]: readonly string[] } = {
  constant: ["rate"],
  step: ["initial", "every", "factor"],
  exponential: ["initial", "every", "factor"],
  cosine: ["initial", "steps", "final"],
  warmUp: ["steps", "from"],
  oneCycle: ["maximum", "steps", "risingShare", "startDivisor", "finalDivisor"],
};

function checked<S extends Schedule>(schedule: S): S {
  const { type, ...values } = schedule as S & Record<string, unknown>;
  const known = fields[type];
  const who = `The learning rate's schedule ${type}`;
  for (const name of Object.keys(values)) {
    if (known.includes(name) || (type === "warmUp" && name === "after")) continue;
    throw new RangeError(`${who} has no "${name}". It has: ${known.join(", ")}.`);
  }
  for (const name of known) {
    const value = (values as Record<string, unknown>)[name];
    const positive = ["steps", "every", "startDivisor", "finalDivisor"].includes(name);
    const holds = typeof value === "number" && Number.isFinite(value) && (positive ? value > 0 : value >= 0);
    if (holds && !(name === "risingShare" && value > 1)) continue;
    const expected =
      name === "risingShare" ? "between 0 and 1" : `a finite number ${positive ? "above" : "of at least"} 0`;
    throw new RangeError(
      type === "constant"
        ? `The learning rate must be ${expected}, got ${shown(value)}.`
        : `${who}: ${name} must be ${expected}, got ${shown(value)}.`,
    );
  }
  return schedule;
}
