import type { Work } from "../claim/works.js";
import { missing } from "../figures/numbers.js";
import { seriesStyles } from "../figures/series.js";
import { counted, effectWithInterval } from "../record/amounts.js";
import { byWork, countsOf, decidingMeasure, outcomeOf } from "../record/outcome.js";
import { addressOf } from "../record/where.js";
import { badge, claimMarkup } from "./claim.js";
import { type ClaimReport, hasFailed, type ReportContent } from "./content.js";
import { escaped, prose } from "./markup.js";
import { claimsStyle } from "./style.js";
import { aboutLine, factsOf, sentence } from "./wording.js";

/** The report as one HTML page that needs nothing else. Each claim has its id as its anchor: `#IS15-8`. */
export function reportPage(content: ReportContent): string {
  const groups = byWork(content.claims);
  const title = "Batch normalization, claim by claim";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${claimsStyle}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p class="about">${escaped(aboutLine(content))}</p>
${countsMarkup(content.claims)}
<p class="note">A claim is an experiment with a rule, written down before it was run; where a rule or a setting changed after a result was seen, the setting says so. Each experiment is repeated with several seeds, and what is compared is compared within a seed. <b>Confirmed</b>: the whole 95 % bootstrap interval of the effect lies where the rule asks for it. <b>Refuted</b>: all of it lies on the other side. <b>Undecided</b>: it reaches both sides, or there are fewer than five seeds. Identities must hold for every seed, to rounding; some of their tolerances were written down after a first trial. The interval of five seeds covers the mean of Gaussian values in about 92 % of cases, not quite 95. A verdict is one of this scale: of these networks, data and lengths of training, which stand beside every claim; at the published scale it may be another. Size smoke shows that an experiment works, not that its claim holds.</p>
<h2>All claims</h2>
${summaryMarkup(groups)}
${groups.map(workMarkup).join("\n")}
<h2>How it was run</h2>
<dl class="settings">${factsOf(content)
    .map(([name, text]) => `<dt>${escaped(name)}</dt><dd>${escaped(text)}</dd>`)
    .join("")}</dl>
<p>To repeat it:</p>
<pre>${escaped(content.command)}</pre>
</main>
</body>
</html>
`;
}

function countsMarkup(reports: readonly ClaimReport[]): string {
  const counts = countsOf(reports);
  const entries = counts.map(
    ({ outcome, count }) => `<li class="${outcome}"><b>${count}</b> ${outcome}</li>`,
  );
  const shares = counts
    .filter(({ count }) => count > 0)
    .map(({ outcome, count }) => `<i class="${outcome}" style="flex: ${count}"></i>`);
  return `<ul class="counts">${entries.join("")}</ul><div class="share" aria-hidden="true">${shares.join("")}</div>`;
}

function summaryMarkup(groups: readonly { work: Work; reports: readonly ClaimReport[] }[]): string {
  const bodies = groups.map(({ work, reports }) => {
    const rows = reports.map(
      (report) =>
        `<tr><td><a href="#${report.claim.id}">${report.claim.id}</a></td><th scope="row">${prose(report.claim.title)}</th><td>${effectMarkup(report)}</td><td>${badge(outcomeOf(report))}</td></tr>`,
    );
    return `<tbody>
<tr class="work"><th scope="rowgroup" colspan="4">${escaped(work.citation)}</th></tr>
${rows.join("\n")}
</tbody>`;
  });
  return `<div class="wide"><table class="claims">
<thead><tr><th scope="col">claim</th><th scope="col">title</th><th scope="col">effect, 95 % interval</th><th scope="col">verdict</th></tr></thead>
${bodies.join("\n")}
</table></div>`;
}

/** The measure that the verdict hangs on, with its interval. */
function effectMarkup(report: ClaimReport): string {
  const measure = hasFailed(report) ? undefined : decidingMeasure(report.judgement);
  if (!measure) return missing;
  return `${escaped(effectWithInterval(measure))} <small>${prose(measure.title)}</small>`;
}

function workMarkup({ work, reports }: { work: Work; reports: readonly ClaimReport[] }): string {
  // A series that several figures of a work show has one colour in all of them.
  const styles = seriesStyles(...reports.flatMap((report) => (hasFailed(report) ? [] : report.figures)));
  return `<section class="work">
<h2>${escaped(work.citation)}</h2>
<p class="about">${escaped(sentence(work.title))} ${whereMarkup(work)}. ${counted(reports.length, "claim")}.</p>
${reports.map((report) => claimMarkup(report, styles)).join("\n")}
</section>`;
}

/** Where the work is, as a link where that says how. */
function whereMarkup(work: Work): string {
  const { where } = work;
  const address = addressOf(work);
  return address ? `<a href="${escaped(address)}">${escaped(where)}</a>` : escaped(where);
}
