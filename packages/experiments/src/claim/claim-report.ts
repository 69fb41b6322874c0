import type { Figure } from "../figures/figure.js";
import type { Size } from "../runs/run.js";
import type { Claim } from "./claim.js";
import type { Judgement } from "./judgement.js";

/** A claim as it was tested: with a judgement, or with the error that its runs ended in. */
export type ClaimReport = JudgedClaim | FailedClaim;

interface TestedClaim {
  claim: Claim;
  size: Size;
  seeds: readonly number[];
  /** What its runs took, all together, also those that another claim shares. */
  seconds: number;
}

/** A claim whose runs came to their end. */
export interface JudgedClaim extends TestedClaim {
  judgement: Judgement;
  /** What the claim's `figures` gave. */
  figures: readonly Figure[];
  /** What the error said that its `figures` ended in: there are none then. */
  figuresError?: string;
}

/** A claim that has no verdict, since something failed. */
export interface FailedClaim extends TestedClaim {
  /** What the error said. */
  error: string;
}

/** Whether a claim failed. */
export function hasFailed(report: ClaimReport): report is FailedClaim {
  return "error" in report;
}
