import type { Claim } from "../../claim/claim.js";
import { noiseHardlyHurts, noiseStopsPlain, trainsAndGeneralizesBetter } from "./accuracy.js";
import { shiftIsNotReduced } from "./covariate-shift.js";
import { deepLinearTrainsBetter } from "./deep-linear.js";
import { gradientsArePredictive, lossVariesLess, smootherGradient } from "./landscape.js";
import { otherNormsDoAsWell } from "./other-norms.js";
import { gradientBound } from "./smoothness-bound.js";

/** In the order of their numbers. */
export const santurkar: readonly Claim[] = [
  trainsAndGeneralizesBetter,
  noiseHardlyHurts,
  noiseStopsPlain,
  shiftIsNotReduced,
  lossVariesLess,
  gradientsArePredictive,
  smootherGradient,
  otherNormsDoAsWell,
  gradientBound,
  deepLinearTrainsBetter,
];
