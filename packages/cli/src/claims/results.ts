import { type MeasureRecord, measureRecord, type Verdict } from "evenkeel-experiments";
import type { Tested } from "evenkeel-experiments/pool";
import type { ClaimReport } from "evenkeel-experiments/report";
import type { Provenance } from "../runs/configuration.js";

/** What `results.json` holds. */
export interface ClaimResults extends Provenance {
  /** When it began, ISO 8601. */
  begun: string;
  /** How long it took by the clock, this time. */
  seconds: number;
  /** The distinct runs behind all claims. */
  runs: {
    count: number;
    /** Those that were there from before. */
    kept: number;
    /** What all of them took. */
    seconds: number;
  };
  /** Tests the same again. */
  command: string;
  /** What executed the runs. */
  device: string;
  /** There when it was interrupted: then not all claims that were asked for are there. */
  interrupted?: true;
  claims: ClaimResult[];
}

/** A claim as it came out. */
export interface ClaimResult {
  id: string;
  title: string;
  size: string;
  seeds: readonly number[];
  /** What its runs took, all together. */
  seconds: number;
  verdict?: Verdict;
  measures?: MeasureRecord[];
  remark?: string;
  /** Why it has no figures in the report. */
  figuresError?: string;
  /** Why it has no verdict. */
  error?: string;
}

/** All of a test as data. */
export function resultsOf(
  { claims }: Pick<Tested, "claims">,
  about: Omit<ClaimResults, "claims" | "interrupted">,
  interrupted: boolean,
): ClaimResults {
  return { ...about, ...(interrupted && { interrupted }), claims: claims.map(resultOf) };
}

/** A claim's report without figures and texts. */
function resultOf(report: ClaimReport): ClaimResult {
  const { id, title } = report.claim;
  const { size, seeds, seconds } = report;
  if ("error" in report) return { id, title, size, seeds, seconds, error: report.error };
  const { figuresError } = report;
  const { verdict, measures, remark } = report.judgement;
  return {
    ...{ id, title, size, seeds, seconds, verdict },
    measures: measures.map(measureRecord),
    ...(remark !== undefined && { remark }),
    ...(figuresError !== undefined && { figuresError }),
  };
}
