import type { Claim } from "../../claim/claim.js";
import { divergingDepths, lossAlongGradient } from "./along-gradient.js";
import { noiseBound } from "./gradient-noise.js";
import { alignedTerms, dominantClass } from "./gradients.js";
import { growthWithDepth, initialGradients } from "./initialisation.js";
import { largerRates, shallowerTolerate } from "./largest-rate.js";
import { gainOfRate, singleBatchNorm } from "./learning-rates.js";
import { randomMatrices } from "./random-matrices.js";

/** In the order of their numbers. */
export const bjorck: readonly Claim[] = [
  gainOfRate,
  largerRates,
  noiseBound,
  initialGradients,
  lossAlongGradient,
  divergingDepths,
  growthWithDepth,
  alignedTerms,
  dominantClass,
  singleBatchNorm,
  randomMatrices,
  shallowerTolerate,
];
