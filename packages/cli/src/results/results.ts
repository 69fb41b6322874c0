import type { RunRecord } from "../compare/records.js";
import type { Settings } from "../compare/settings.js";
import { type ArmResult, armResults } from "./arms.js";
import { type Finding, findings } from "./findings.js";

/** The outcome of a comparison: what `--json` prints and `results.json` holds. */
export interface Results {
  status: "finished" | "interrupted";
  settings: Settings;
  /** The test accuracy of one answer for every image, the best one: what has learned at all is above it. */
  baseline: number;
  findings: Finding[];
  /** The table, a row for each variant and learning rate. */
  arms: ArmResult[];
  /** Every training, without its measurements between epochs (those are in metrics.jsonl). */
  runs: Omit<RunRecord, "trace" | "probes">[];
}

/** Draws up the results of the trainings that there are. @param baseline see {@link Results}. */
export function resultsOf(records: readonly RunRecord[], settings: Settings, baseline: number): Results {
  const expected = settings.seeds.length * settings.variants.length * settings.learningRates.length;
  const ended = records.filter(({ outcome }) => outcome !== "interrupted").length;
  const arms = armResults(records, settings, baseline);
  return {
    status: ended === expected ? "finished" : "interrupted",
    settings,
    baseline,
    findings: findings({ records, settings, arms }),
    arms,
    runs: records.map(({ trace: _trace, probes: _probes, ...run }) => run),
  };
}
