import type { Claim } from "../../claim/claim.js";
import { ghostsGeneralize } from "./large-batches.js";
import { discrepancyGrowsWithMomentum, preciseIsBetter } from "./running-statistics.js";
import { batchNormFailsSmall, groupNormAtTwo, renormalizationMends } from "./small-batches.js";

/** Later works: what goes wrong in small and in large batches, and at inference. */
export const beyond: readonly Claim[] = [
  renormalizationMends,
  ghostsGeneralize,
  groupNormAtTwo,
  batchNormFailsSmall,
  preciseIsBetter,
  discrepancyGrowsWithMomentum,
];
