import type { Claim } from "../../claim/claim.js";
import { noiseFallsWithBatchSize } from "./batch-noise.js";
import { shiftedDomain } from "./domain-shift.js";
import { fewerEpochs, moreEpochs } from "./epochs.js";
import { stableFromGoodStart, stableGradients } from "./gradients.js";
import { hiddenValuesShiftLess } from "./hidden-shift.js";
import { singleExample } from "./inference.js";
import { inputLayer } from "./input-layer.js";
import { beforeOrAfter } from "./placement.js";
import { biasGradient, withoutBias } from "./redundant-bias.js";
import { besideDropout, lessRegularisation } from "./regularisation.js";
import { normalizingAndStandardizing } from "./scaling-by-hand.js";
import { sixPoints } from "./six-points.js";
import { inputScaling, phonesAndCash } from "./two-features.js";

/** In the order of their numbers. */
export const lectures: readonly Claim[] = [
  noiseFallsWithBatchSize,
  hiddenValuesShiftLess,
  singleExample,
  inputScaling,
  besideDropout,
  shiftedDomain,
  fewerEpochs,
  inputLayer,
  sixPoints,
  phonesAndCash,
  stableGradients,
  normalizingAndStandardizing,
  moreEpochs,
  lessRegularisation,
  beforeOrAfter,
  biasGradient,
  withoutBias,
  stableFromGoodStart,
];
