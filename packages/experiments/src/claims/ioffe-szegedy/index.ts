import type { Claim } from "../../claim/claim.js";
import { farFewerSteps, fewerSteps, plainDiverges, sigmoidsTrain, thirtyTimes } from "./accelerated.js";
import { biasGrows } from "./constant-statistics.js";
import {
  biasWithoutEffect,
  gradientsAsStated,
  identityRecovered,
  meanAndVariance,
  scaleInvariance,
} from "./identities.js";
import { unbiasedVariance } from "./population-variance.js";
import { dropoutCanGo, reshuffling } from "./regularization.js";
import { fasterAndHigher, steadierInputs } from "./sigmoid-mnist.js";

/** In the order of their numbers. */
export const ioffeSzegedy: readonly Claim[] = [
  meanAndVariance,
  gradientsAsStated,
  biasGrows,
  identityRecovered,
  unbiasedVariance,
  biasWithoutEffect,
  scaleInvariance,
  fasterAndHigher,
  steadierInputs,
  fewerSteps,
  farFewerSteps,
  thirtyTimes,
  plainDiverges,
  sigmoidsTrain,
  dropoutCanGo,
  reshuffling,
];
