import type { Claim } from "../../claim/claim.js";

/** In the order of their numbers. */
export const beyond: readonly Claim[] = [];
