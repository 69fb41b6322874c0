import type { ClaimReport } from "evenkeel-experiments/report";
import { decidingMeasure, effectText, hasFailed, intervalText, outcomeOf } from "evenkeel-experiments/report";
import { tableWithin, verdictInColor } from "./table.js";

/** How each claim came out, with the measure that decided it. @param width of the terminal. */
export function verdictTable(claims: readonly ClaimReport[], width: number): string {
  const measured = claims.map(measuredCells);
  // With few seeds there are no intervals.
  const shown = measured.some(([, , interval]) => /\d/.test(interval)) ? 3 : 2;
  return tableWithin(
    width,
    ["claim", "title", ...["measured", "effect", "95 % interval"].slice(0, shown), "verdict"],
    claims.map((report, index) => [
      ...[report.claim.id, report.claim.title],
      ...measured[index]!.slice(0, shown),
      verdictInColor(outcomeOf(report)),
    ]),
    [1, 2],
  );
}

function measuredCells(report: ClaimReport): [title: string, effect: string, interval: string] {
  const measure = hasFailed(report) ? undefined : decidingMeasure(report.judgement);
  if (!measure || hasFailed(report)) return ["", "", ""];
  const ruled = report.judgement.measures.filter(({ rule }) => rule !== undefined).length;
  const title = ruled > 1 ? `${measure.title} (1 of ${ruled} measures)` : measure.title;
  return [title, effectText(measure), intervalText(measure)];
}
