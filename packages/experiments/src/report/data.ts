import { workOf } from "../claim/claim.js";
import { works } from "../claim/works.js";
import { seriesStyles } from "../figures/series.js";
import { effectWithInterval } from "../record/amounts.js";
import type { ClaimEntry, Ledger } from "../record/ledger.js";
import { byWork, decidingMeasure, outcomeOf } from "../record/outcome.js";
import { recordOf } from "../record/record.js";
import { rounded } from "../record/rounded.js";
import { type ClaimReport, hasFailed, type ReportContent } from "./content.js";
import { aboutLine, factsOf } from "./wording.js";

/**
 * The ledger and the claims as JSON files, for pages that show them: `ledger.json`, all claims at a glance, and a
 * record of each with its figures, `IS15-8.json`. The same runs give the same files, whenever they are written.
 */
export function dataFiles(content: ReportContent): Map<string, string> {
  const files = new Map([["ledger.json", json(ledgerOf(content))]]);
  for (const { reports } of byWork(content.claims)) {
    // A series that several figures of a work show has one colour in all of them.
    const styles = seriesStyles(...reports.flatMap((report) => (hasFailed(report) ? [] : report.figures)));
    for (const report of reports)
      files.set(`${report.claim.id}.json`, json(rounded(recordOf(report, styles))));
  }
  return files;
}

/** Whether a file of this name may be one of a claim's. */
export function isDataFile(name: string): boolean {
  return /^([A-Z]+\d+-\d+|ledger)\.json$/.test(name);
}

/** What is told of an hour, and not of the measurement. */
const passing = ["begun", "time by the clock"];

function ledgerOf(content: ReportContent): Ledger {
  const groups = byWork(content.claims);
  const lasting = { ...content, runs: { ...content.runs, kept: 0 } };
  return {
    about: aboutLine(content),
    facts: factsOf(lasting).filter(([name]) => !passing.includes(name)),
    command: content.command,
    works: groups.map(({ reports }) => {
      const id = workOf(reports[0]!.claim);
      return { id, ...works[id] };
    }),
    claims: groups.flatMap(({ reports }) => reports.map(entryOf)),
  };
}

function entryOf(report: ClaimReport): ClaimEntry {
  const { id, title, statement, source, published } = report.claim;
  const about = {
    id,
    work: workOf(report.claim),
    title,
    statement,
    source,
    published,
    outcome: outcomeOf(report),
  };
  if (hasFailed(report)) return about;
  const { judgement } = report;
  const measure = decidingMeasure(judgement);
  return {
    ...about,
    ...(judgement.remark !== undefined && { remark: judgement.remark }),
    ...(measure && { measured: { title: measure.title, effect: effectWithInterval(measure) } }),
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
