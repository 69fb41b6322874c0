import type { ClaimReport } from "../claim/claim-report.js";

export { type ClaimReport, type FailedClaim, hasFailed, type JudgedClaim } from "../claim/claim-report.js";

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
