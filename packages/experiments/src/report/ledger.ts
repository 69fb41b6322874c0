import type { Work } from "../claim/works.js";
import { missing } from "../figures/numbers.js";
import { effectWithInterval } from "../record/amounts.js";
import { byWork, countsOf, decidingMeasure, outcomeOf } from "../record/outcome.js";
import { type ClaimReport, hasFailed, type ReportContent } from "./content.js";
import { aboutLine, factsOf, sentence } from "./wording.js";

/** The claims and their verdicts as Markdown: a summary, then a table for each work. */
export function ledger(content: ReportContent): string {
  const groups = byWork(content.claims);
  const counts = countsOf(content.claims).map(({ outcome, count }) => `**${count} ${outcome}**`);
  return `# Claims about batch normalization, tested

${plain(aboutLine(content))}

${counts.join(", ")}

${table(
  ["", ""],
  factsOf(content).map(([name, text]) => [name, plain(text)]),
)}

\`\`\`sh
${content.command}
\`\`\`

## Summary

${table(
  ["claim", "", "verdict", "effect, 95 % interval"],
  content.claims.map((report) => [
    report.claim.id,
    plain(report.claim.title),
    verdictText(report),
    plain(decidingEffect(report)),
  ]),
)}

${groups.map(workText).join("\n\n")}
`;
}

function workText({ work, reports }: { work: Work; reports: readonly ClaimReport[] }): string {
  const remarks = reports.flatMap((report) => {
    const remark = hasFailed(report) ? report.error : report.judgement.remark;
    return remark ? [`- ${report.claim.id}, ${outcomeOf(report)}: ${plain(remark)}`] : [];
  });
  return `## ${plain(work.citation)}

${plain(sentence(work.title))} ${plain(work.where)}.

${table(
  ["claim", "statement", "published", "ours", "verdict"],
  reports.map((report) => [
    report.claim.id,
    plain(report.claim.statement),
    plain(report.claim.published),
    plain(ours(report)),
    verdictText(report),
  ]),
)}${remarks.length > 0 ? `\n\n${remarks.join("\n")}` : ""}`;
}

/** Every measure that decides something. */
function ours(report: ClaimReport): string {
  if (hasFailed(report)) return missing;
  const ruled = report.judgement.measures.filter(({ rule }) => rule);
  return ruled.map((measure) => `${measure.title}: ${effectWithInterval(measure)}`).join("; ");
}

function decidingEffect(report: ClaimReport): string {
  const measure = hasFailed(report) ? undefined : decidingMeasure(report.judgement);
  return measure ? `${effectWithInterval(measure)}: ${measure.title}` : missing;
}

function verdictText(report: ClaimReport): string {
  const outcome = outcomeOf(report);
  return outcome === "confirmed" ? outcome : `**${outcome}**`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Text that Markdown shows as it is, in one line. */
function plain(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[\\`*_<|~[\]]/g, "\\$&");
}
