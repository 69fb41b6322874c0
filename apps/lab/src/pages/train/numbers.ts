import { significant } from "evenkeel-experiments";
import type { NetworkHistory } from "../../networks/history.ts";

/** The numbers of a network as it is now, as texts; what is not known yet is a dash. */
export interface Numbers {
  loss: string;
  trainingAccuracy: string;
  testAccuracy: string;
  /** On test images in training mode. */
  trainingMode: string;
  testLoss: string;
  millisecondsPerStep: string;
  stepsPerSecond: string;
}

/** Points of the curve that loss and accuracy are taken from: those of a single batch say little. */
const recentPoints = 20;
/** And a speed: of several rounds of all networks. */
const pointsOfSpeed = 200;

export function numbersOf({ trace, looks }: NetworkHistory): Numbers {
  const last = looks.at(-1);
  const millisecondsPerStep = speedOf(trace.points);
  const number = (value: number | undefined, digits: number) =>
    value === undefined ? "–" : Number.isFinite(value) ? significant(value, digits) : "∞";
  const percent = (value: number | undefined) => (value === undefined ? "–" : `${(100 * value).toFixed(1)}%`);
  return {
    loss: number(recent(trace.points, "loss"), 3),
    trainingAccuracy: percent(recent(trace.points, "accuracy")),
    testAccuracy: percent(last?.test.accuracy),
    trainingMode: percent(last?.modes?.training.accuracy),
    testLoss: number(last?.test.loss, 3),
    millisecondsPerStep: number(millisecondsPerStep, 2),
    stepsPerSecond: number(millisecondsPerStep && 1000 / millisecondsPerStep, 2),
  };
}

type Points = NetworkHistory["trace"]["points"];

/** The mean of the last points. */
function recent(points: Points, of: "loss" | "accuracy"): number | undefined {
  const some = points.slice(-recentPoints);
  if (some.length === 0) return undefined;
  const steps = some.reduce((sum, { count }) => sum + count, 0);
  return some.reduce((sum, point) => sum + point[of] * point.count, 0) / steps;
}

function speedOf(points: Points): number | undefined {
  const last = points.at(-1);
  const first = points.at(-pointsOfSpeed - 1);
  if (!last) return undefined;
  // The first step is slower than all others.
  const from = first ?? points[0]!;
  return from === last
    ? (1000 * last.seconds) / last.step
    : (1000 * (last.seconds - from.seconds)) / (last.step - from.step);
}
