import type { Claim, Evidence, Runs } from "./claim.js";
import type { FailedClaim, JudgedClaim } from "./claim-report.js";
import { type Judgement, judge } from "./judgement.js";

/** What came of a claim's runs. */
export type Conclusion =
  | Pick<JudgedClaim, "judgement" | "figures" | "figuresError">
  | Pick<FailedClaim, "error">;

/** Judges a claim and makes its figures; an error in its definition is the claim's alone, one in its figures theirs. */
export function conclude(claim: Claim, evidence: Evidence<Runs>): Conclusion {
  let judgement: Judgement;
  try {
    judgement = judge(claim, evidence);
  } catch (error) {
    return { error: (error as Error).message };
  }
  try {
    return { judgement, figures: claim.figures?.(evidence) ?? [] };
  } catch (error) {
    return { judgement, figures: [], figuresError: (error as Error).message };
  }
}
