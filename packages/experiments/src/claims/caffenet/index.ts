import type { Claim } from "../../claim/claim.js";
import { activationsNearlyEqual } from "./activations.js";
import { littleDropoutIsBest } from "./dropout.js";
import { affineHardlyMatters, afterBeatsBefore } from "./placement.js";

/** The CaffeNet benchmark, in the order of its numbers. */
export const caffeNet: readonly Claim[] = [
  afterBeatsBefore,
  affineHardlyMatters,
  activationsNearlyEqual,
  littleDropoutIsBest,
];
