import { mean } from "simple-statistics";
import type { Point } from "../../figures/figure.js";
import type { AlongGradient } from "../../probes/along-gradient.js";
import type { LayerShift } from "../../probes/covariate-shift.js";
import { chance } from "../../runs/curves.js";
import type { DeepLinearResult } from "../../runs/deep-linear.js";
import type { LandscapeLook, LandscapeResult } from "../../runs/landscape.js";

/** The mean accuracy over the second half of the training; chance where it diverged. */
export function lateAccuracy({ outcome, points }: LandscapeResult, part: "train" | "test"): number {
  if (outcome === "diverged") return chance;
  const last = points.at(-1)!.step;
  return mean(points.filter(({ step }) => step > last / 2).map((point) => point[part]?.accuracy ?? chance));
}

/** The loss after the last step; where it diverged, the one at the start. */
export function finalLoss({ outcome, losses }: DeepLinearResult): number {
  return (outcome === "diverged" ? losses[0] : losses.at(-1))!.loss;
}

/** The last loss up to a step; where the training diverged, the one at the start. */
export function lossAt({ outcome, losses }: DeepLinearResult, step: number): number {
  const until = outcome === "diverged" ? losses.slice(0, 1) : losses.filter((each) => each.step <= step);
  return until.at(-1)!.loss;
}

/** The geometric mean of the losses; where the training diverged, the loss at the start. */
export function typicalLoss({ outcome, losses }: DeepLinearResult): number {
  if (outcome === "diverged") return losses[0]!.loss;
  return Math.exp(mean(losses.map(({ loss }) => Math.log(Math.max(least, loss)))));
}

/** What stands for a number that is not finite, or a larger one: ratios need numbers. */
export const most = 1e6;
/** What stands for 0, or a smaller number. */
const least = 1e-12;

/** The geometric mean of some measure over the looks. */
export function overLooks(
  looks: readonly { along?: AlongGradient }[],
  of: (along: AlongGradient) => number | undefined,
): number {
  const logarithms = looks.flatMap(({ along }) =>
    along ? [Math.log(Math.min(most, Math.max(least, of(along) ?? most)))] : [],
  );
  return Math.exp(mean(logarithms));
}

/** The mean cosine of G and G′ over layers and looks, where there is one. */
export function meanCosine(looks: readonly { shifts?: LayerShift[] }[]): number {
  const cosines = looks.flatMap(({ shifts = [] }) => shifts.flatMap(({ cosine }) => cosine ?? []));
  // Gradients that are 0 before and after have not shifted.
  return cosines.length === 0 ? 1 : mean(cosines);
}

/** The mean of ‖G − G′‖ over layers and looks. */
export function meanDistance(looks: readonly { shifts?: LayerShift[] }[]): number {
  const distances = looks.flatMap(({ shifts = [] }) =>
    shifts.map(({ distance }) => Math.min(most, distance ?? most)),
  );
  return Math.max(least, mean(distances));
}

/**
 * How far a layer's distribution wanders: the deviation over the looks of a channel's mean, as a share of the channel's
 * own deviation, both averaged over the channels.
 */
export function wandering(looks: readonly LandscapeLook[]): number {
  const seen = looks.flatMap(({ distribution }) => distribution ?? []);
  const channels = seen[0]!.mean.map((_, channel) => {
    const centres = seen.map(({ mean }) => mean[channel]!);
    const centre = mean(centres);
    return {
      moved: Math.sqrt(mean(centres.map((value) => (value - centre) ** 2))),
      own: Math.sqrt(mean(seen.map(({ variance }) => variance[channel]!))),
    };
  });
  return Math.max(least, mean(channels.map(({ moved }) => moved))) / mean(channels.map(({ own }) => own));
}

/** The curve of some number of every look. */
export function lookCurve<Look extends { step: number }>(
  looks: readonly Look[],
  of: (look: Look) => number | null | undefined,
): Point[] {
  return looks.map((look) => ({ x: look.step, y: of(look) ?? null }));
}
