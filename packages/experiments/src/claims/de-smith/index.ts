import type { Claim } from "../../claim/claim.js";
import { ratesByBatchSize } from "./batch-size.js";
import { skipInitNearBatchNorm, skipInitTrainsDeep, stableVarianceIsNotEnough } from "./depth.js";
import { residualShares, varianceByDepth } from "./variance.js";

/** In the order of their numbers. */
export const deSmith: readonly Claim[] = [
  varianceByDepth,
  residualShares,
  skipInitTrainsDeep,
  stableVarianceIsNotEnough,
  skipInitNearBatchNorm,
  ratesByBatchSize,
];
