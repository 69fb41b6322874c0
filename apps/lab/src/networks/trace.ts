import type { StepMeasures } from "./comparison.ts";

/** Steps that follow each other, as one point of a curve. */
export interface TracePoint {
  /** How many steps there are in it. */
  count: number;
  /** The last of its steps, counted from 1. */
  step: number;
  /** Seconds of training when that was done. */
  seconds: number;
  /** Means over its steps. */
  loss: number;
  accuracy: number;
  /** The least and the largest loss among them. */
  low: number;
  high: number;
}

/** Of every step's measures, as much as can be seen: a bounded number of points, each of equally many steps. */
export interface Trace {
  /** Steps of each point; the last one may have fewer. */
  stepsPerPoint: number;
  points: readonly TracePoint[];
}

/** More than the pixels of a chart. */
const mostPoints = 500;

export const emptyTrace: Trace = { stepsPerPoint: 1, points: [] };

/** The trace with more steps at its end. When its points become too many, each two of them become one. */
export function extended(trace: Trace, firstStep: number, measures: readonly StepMeasures[]): Trace {
  let { stepsPerPoint } = trace;
  let points = [...trace.points];
  for (const [index, { loss, accuracy, seconds }] of measures.entries()) {
    const point = { count: 1, step: firstStep + index, seconds, loss, accuracy, low: loss, high: loss };
    const last = points.at(-1);
    if (last && last.count < stepsPerPoint) points[points.length - 1] = merged(last, point);
    else points.push(point);
    if (points.length <= mostPoints) continue;
    points = points.flatMap((first, place) => {
      if (place % 2 === 1) return [];
      const second = points[place + 1];
      return [second ? merged(first, second) : first];
    });
    stepsPerPoint *= 2;
  }
  return { stepsPerPoint, points };
}

/** Means of the points around each, fewer at the ends: a curve that begins and ends where the trace does. */
export function smoothed(points: readonly TracePoint[], of: "loss" | "accuracy"): number[] {
  const reach = Math.floor(points.length / 40);
  const sums = [0];
  for (const point of points) sums.push(sums.at(-1)! + point[of]);
  return points.map((_, place) => {
    const around = Math.min(reach, place, points.length - 1 - place);
    return (sums[place + around + 1]! - sums[place - around]!) / (2 * around + 1);
  });
}

function merged(first: TracePoint, second: TracePoint): TracePoint {
  const count = first.count + second.count;
  const mean = (of: "loss" | "accuracy") => (first.count * first[of] + second.count * second[of]) / count;
  return {
    count,
    step: second.step,
    seconds: second.seconds,
    loss: mean("loss"),
    accuracy: mean("accuracy"),
    low: Math.min(first.low, second.low),
    high: Math.max(first.high, second.high),
  };
}
