import type { SeriesStyle } from "../figures/series.js";
import { effectText, intervalText, ruleInWords, valuesText } from "../record/amounts.js";
import { type Fact, runFacts } from "../record/facts.js";
import { type MeasureRecord, measureRecord } from "../record/measure.js";
import { commandOf, type Outcome, outcomeOf, signs } from "../record/outcome.js";
import { type ClaimReport, hasFailed, type JudgedClaim } from "./content.js";
import { figureMarkup, undrawnMarkup } from "./figure.js";
import { intervalPlot } from "./interval.js";
import { escaped, prose } from "./markup.js";

/** A claim: what was said, what was seen, and the verdict. @param styles of the series in its figures. */
export function claimMarkup(report: ClaimReport, styles: ReadonlyMap<string, SeriesStyle>): string {
  const { claim } = report;
  const outcome = outcomeOf(report);
  const said: Fact[] = [
    ["Said in", claim.source],
    ["Published", claim.published],
  ];
  return `<article class="claim ${outcome}" id="${claim.id}">
<header><h3><a href="#${claim.id}"><small>${claim.id}</small> ${prose(claim.title)}</a></h3>${badge(outcome)}</header>
<p class="statement">${prose(claim.statement)}</p>
${factsMarkup(said)}
${hasFailed(report) ? failureMarkup(report.error) : resultMarkup(report, styles)}
${factsMarkup(runFacts({ ...report, setting: claim.setting }))}
<p class="command">To repeat it: <code>${escaped(commandOf(report))}</code></p>
</article>`;
}

function factsMarkup(facts: readonly Fact[]): string {
  const entries = facts.map(([name, text]) => `<dt>${escaped(name)}</dt><dd>${prose(text)}</dd>`);
  return `<dl class="facts">${entries.join("")}</dl>`;
}

/** The verdict as a word with a sign and a colour. */
export function badge(outcome: Outcome): string {
  return `<span class="badge ${outcome}"><svg viewBox="0 0 12 12" aria-hidden="true"><path d="${signs[outcome]}"/></svg>${outcome}</span>`;
}

function resultMarkup(
  { claim, judgement, figures, figuresError }: JudgedClaim,
  styles: ReadonlyMap<string, SeriesStyle>,
): string {
  const { measures, remark, verdict } = judgement;
  const rows = measures.map((measure) =>
    measureMarkup({ ...measureRecord(measure), scale: claim.measures[measure.name]?.scale }),
  );
  return `<div class="wide"><table class="measures">
<thead><tr><th scope="col">measured</th><th scope="col" class="number">effect, 95 % interval</th><th scope="col">by seed</th><th scope="col">verdict</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table></div>
${remark ? remarkMarkup(verdict, remark) : ""}
${figures.map((figure, index) => figureMarkup(figure, { id: `${claim.id}-${index + 1}`, styles })).join("\n")}${figuresError === undefined ? "" : undrawnMarkup(figuresError, "The figures")}`;
}

/** Why a claim did not hold. */
function remarkMarkup(outcome: Outcome, text: string): string {
  return `<p class="remark"><b>${outcome.charAt(0).toUpperCase()}${outcome.slice(1)}.</b> ${prose(text)}</p>`;
}

function measureMarkup(measure: MeasureRecord): string {
  const { title, unit, rule, verdict } = measure;
  const asked = rule ? `the claim holds with ${ruleInWords(rule, unit)}` : "shown; decides nothing";
  const range = rule?.type === "exact" ? "furthest from 0" : intervalText(measure);
  return `<tr><th scope="row">${prose(title)} <small>${escaped(asked)}</small></th><td class="number">${escaped(effectText(measure))} <small>${escaped(range)}</small></td><td>${intervalPlot(measure)}<small>${escaped(valuesText(measure))}</small></td><td>${verdict ? badge(verdict) : ""}</td></tr>`;
}

function failureMarkup(error: string): string {
  return `${remarkMarkup("failed", "It has no verdict: the experiment ended in an error.")}
<pre>${escaped(error)}</pre>`;
}
