import type { Work, WorkId } from "../claim/works.js";
import type { ClaimRecord } from "./record.js";

/** All claims of a test at a glance, as plain data. */
export interface Ledger {
  /** What was run, in a sentence. */
  about: string;
  /** Machine, versions and the like, each with a name. */
  facts: readonly (readonly [name: string, text: string])[];
  /** Tests all of it again, in a terminal. */
  command: string;
  works: readonly LedgerWork[];
  /** In the order of their works. */
  claims: readonly ClaimEntry[];
}

/** A work with claims in the ledger. */
export interface LedgerWork extends Work {
  id: WorkId;
}

/** A claim in the ledger; its record has the rest. */
export interface ClaimEntry
  extends Pick<
    ClaimRecord,
    "id" | "work" | "title" | "statement" | "source" | "published" | "outcome" | "remark"
  > {
  /** What was measured, by the measure that the verdict hangs on, and how that came out; without where it failed. */
  measured?: { title: string; effect: string };
}
