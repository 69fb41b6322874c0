import type { Claim } from "../claim/claim.js";
import type { Judgement } from "../claim/judgement.js";
import type { Figure } from "../figures/figure.js";
import type { Size } from "../runs/run.js";

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
}

/** A claim that has no verdict, since something failed. */
export interface FailedClaim extends TestedClaim {
  /** What the error said. */
  error: string;
}

/** All that the report and the ledger are made of. */
export interface ReportContent {
  /** In the order in which they are shown within their work. */
  claims: readonly ClaimReport[];
  machine: { cpu: string; cores: number; memoryGiB: number; system: string };
  /** What executed the runs: `cpu`, or another execution provider. */
  device: string;
  /** What ran, with its version: `{ evenkeel: "0.1.0", "onnxruntime-node": "1.30.0", node: "20.19.0" }`. */
  versions: Readonly<Record<string, string>>;
  /** When it began, ISO 8601. */
  begun: string;
  /** How long it took by the clock, this time. */
  seconds: number;
  /** The distinct runs behind all claims: how many, those among them that were kept from before, what all took. */
  runs: { count: number; kept: number; seconds: number };
  /** Repeats all of it. */
  command: string;
}

/** Whether a claim failed. */
export function hasFailed(report: ClaimReport): report is FailedClaim {
  return "error" in report;
}
