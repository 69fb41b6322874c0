import { type Claim, workOf } from "../claim/claim.js";
import { type ClaimReport, hasFailed } from "../claim/claim-report.js";
import type { WorkId } from "../claim/works.js";
import type { Figure } from "../figures/figure.js";
import { type SeriesStyle, seriesOf, seriesStyles } from "../figures/series.js";
import type { Size } from "../runs/run.js";
import { type Cost, costOf } from "../trial/needs.js";
import { type MeasureRecord, measureRecord } from "./measure.js";
import { commandOf, type Outcome, outcomeOf } from "./outcome.js";

/** A claim as it was tested, as plain data: all that is shown of it. */
export interface ClaimRecord
  extends Pick<Claim, "id" | "title" | "statement" | "source" | "published" | "setting"> {
  work: WorkId;
  size: Size;
  seeds: readonly number[];
  /** What its runs took, all together. */
  seconds: number;
  /** Tests it again, in a terminal. */
  command: string;
  outcome: Outcome;
  /** None where it failed. */
  measures: MeasureRecord[];
  /** Why it came out otherwise than claimed, where the claim says something of that. */
  remark?: string;
  figures: readonly Figure[];
  /** The looks of the series in its figures. */
  styles: Readonly<Record<string, SeriesStyle>>;
  /** What the error said that its figures ended in: there are none then. */
  figuresError?: string;
  /** What the error said that it failed with. */
  error?: string;
  /** What it takes to test it with its usual seeds, at the sizes that a page may ask for. */
  costs: Readonly<Record<Exclude<Size, "paper">, Cost>>;
}

/**
 * A claim's report as plain data.
 *
 * @param styles looks of series that its figures have in common with others. Default: looks of its own.
 */
export function recordOf(report: ClaimReport, styles?: ReadonlyMap<string, SeriesStyle>): ClaimRecord {
  const { claim, size, seeds, seconds } = report;
  const { id, title, statement, source, published, setting } = claim;
  const figures = hasFailed(report) ? [] : report.figures;
  const looks = styles ?? seriesStyles(...figures);
  return {
    ...{ id, work: workOf(claim), title, statement, source, published, setting, size, seeds, seconds },
    command: commandOf(report),
    outcome: outcomeOf(report),
    ...(hasFailed(report) ? { measures: [], error: report.error } : resultOf(report, claim)),
    figures,
    styles: Object.fromEntries(figures.flatMap(seriesOf).map((name) => [name, looks.get(name)!])),
    costs: { smoke: costOf(claim, "smoke"), laptop: costOf(claim, "laptop") },
  };
}

function resultOf(
  { judgement, figuresError }: Exclude<ClaimReport, { error: string }>,
  claim: Claim,
): Pick<ClaimRecord, "measures" | "remark" | "figuresError"> {
  const { measures, remark } = judgement;
  return {
    measures: measures.map((measure) => {
      const scale = claim.measures[measure.name]?.scale;
      return { ...measureRecord(measure), ...(scale && { scale }) };
    }),
    ...(remark !== undefined && { remark }),
    ...(figuresError !== undefined && { figuresError }),
  };
}
