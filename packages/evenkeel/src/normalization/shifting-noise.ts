import { staticShape, type Value } from "../graph/graph.js";
import { add, mul } from "../graph/operations.js";
import { requireOption } from "../options/require.js";
import { normalNumbers, uniformNumbers } from "../random/in-graph.js";
import { channelsOf } from "./channels.js";
import type { ShiftingNoiseOptions } from "./options.js";

/** The names of `ShiftingNoiseOptions`. */
export const shiftingNoiseOptionNames: Readonly<Record<keyof ShiftingNoiseOptions, true>> = {
  meanRange: true,
  deviationRange: true,
  meanSpread: true,
  deviationSpread: true,
  drawnFor: true,
};

/** The options with defaults filled in and checked. @throws RangeError naming the option that is wrong. */
export function completedNoise(options: ShiftingNoiseOptions) {
  const {
    meanRange = 0.5,
    deviationRange = 1.25,
    meanSpread = 0.1,
    deviationSpread = 0.1,
    drawnFor = "channel",
  } = options;
  for (const [option, value] of Object.entries({ meanRange, meanSpread, deviationSpread })) {
    requireOption(value >= 0 && Number.isFinite(value), option, "a finite number of at least 0", value);
  }
  const isRange = deviationRange >= 1 && Number.isFinite(deviationRange);
  requireOption(isRange, "deviationRange", "a finite number of at least 1", deviationRange);
  const isDrawn = drawnFor === "channel" || drawnFor === "layer";
  requireOption(isDrawn, "drawnFor", '"channel" or "layer"', drawnFor);
  return { meanRange, deviationRange, meanSpread, deviationSpread, drawnFor };
}

/**
 * The noise of Santurkar et al.'s "noisy" batch normalization (2018, arXiv 1805.11604, section 2.2): s · x + m with
 * s ~ N(σ, r_σ) and m ~ U(μ − r_μ, μ + r_μ) for every value, around a σ ~ U(1, n_σ) and a μ ~ U(−n_μ, n_μ) that are
 * drawn anew at every step. The distribution of what it gives is another one at each step.
 *
 * @param x `[N, ..., C, ...]` of known sizes, channels on `axis`.
 * @param randomSeed gives a seed, another at every call.
 */
export function withShiftingNoise(
  x: Value,
  options: ReturnType<typeof completedNoise> & { axis: number },
  randomSeed: () => Value,
): Value {
  const { meanRange, deviationRange, meanSpread, deviationSpread, drawnFor, axis } = options;
  const shape = staticShape(x, "Noise while training");
  const channels = channelsOf(x, axis);
  const drawn = (low: number, high: number) => {
    const own = drawnFor === "channel";
    const numbers = between(low, high, uniformNumbers(randomSeed(), own ? [channels.count] : []));
    return own ? channels.spread(numbers) : numbers;
  };
  const mean = drawn(-meanRange, meanRange);
  const deviation = drawn(1, deviationRange);
  const shift = add(mean, between(-meanSpread, meanSpread, uniformNumbers(randomSeed(), shape)));
  const factor = add(deviation, mul(normalNumbers(randomSeed(), shape), deviationSpread));
  return add(mul(x, factor), shift);
}

/** Numbers in [0, 1) moved to [low, high). */
function between(low: number, high: number, numbers: Value): Value {
  return add(mul(numbers, high - low), low);
}
