import type { RunRecord } from "../compare/records.js";
import type { Settings } from "../compare/settings.js";
import { type ArmResult, armResults } from "./arms.js";
import { type Finding, findings } from "./findings.js";

/** The outcome of a comparison: what `--json` prints and `results.json` holds. */
export interface Results {
  status: "finished" | "interrupted";
  settings: Settings;
  findings: Finding[];
  /** The table, a row for each variant and learning rate. */
  arms: ArmResult[];
  /** Every training, without its measurements between epochs (those are in metrics.jsonl). */
  runs: Omit<RunRecord, "trace" | "probes">[];
}

/** Draws up the results of the trainings that there are. */
export function resultsOf(records: readonly RunRecord[], settings: Settings): Results {
  const expected = settings.seeds.length * settings.variants.length * settings.learningRates.length;
  const ended = records.filter(({ outcome }) => outcome !== "interrupted").length;
  return {
    status: ended === expected ? "finished" : "interrupted",
    settings,
    findings: findings(records, settings),
    arms: armResults(records, settings),
    runs: records.map(({ trace: _trace, probes: _probes, ...run }) => run),
  };
}
