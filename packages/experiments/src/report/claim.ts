import type { Claim } from "../claim/claim.js";
import type { MeasureResult } from "../claim/judgement.js";
import type { SeriesStyle } from "../figures/series.js";
import type { Size } from "../runs/run.js";
import { counted, duration, effectText, intervalText, ruleInWords, valuesText } from "./amounts.js";
import { type ClaimReport, hasFailed, type JudgedClaim } from "./content.js";
import { figureMarkup, undrawnMarkup } from "./figure.js";
import { intervalPlot } from "./interval.js";
import { escaped, prose } from "./markup.js";
import { commandOf, type Outcome, outcomeOf, seedsText } from "./outcome.js";

/** A claim: what was said, what was seen, and the verdict. @param styles of the series in its figures. */
export function claimMarkup(report: ClaimReport, styles: ReadonlyMap<string, SeriesStyle>): string {
  const { claim, size, seeds, seconds } = report;
  const outcome = outcomeOf(report);
  const said: Fact[] = [
    ["Said in", claim.source],
    ["Published", claim.published],
  ];
  const run: Fact[] = [
    [`Run at size ${size}`, settingAt(claim, size, size)],
    ...(claim.setting.paper === claim.setting[size]
      ? []
      : [["At size paper", settingAt(claim, "paper", size)] satisfies Fact]),
    ["Repeated", `${counted(seeds.length, "time")} (${seedsText(seeds)}), ${duration(seconds)} in all`],
  ];
  return `<article class="claim ${outcome}" id="${claim.id}">
<header><h3><a href="#${claim.id}"><small>${claim.id}</small> ${prose(claim.title)}</a></h3>${badge(outcome)}</header>
<p class="statement">${prose(claim.statement)}</p>
${factsMarkup(said)}
${hasFailed(report) ? failureMarkup(report.error) : resultMarkup(report, styles)}
${factsMarkup(run)}
<p class="command">To repeat it: <code>${escaped(commandOf(report))}</code></p>
</article>`;
}

/** What is run at a size. What is told as the laptop's is told in full, unless that stands there already. */
function settingAt({ setting }: Claim, size: Size, shown: Size): string {
  const text = setting[size];
  return shown !== "laptop" && /^As at laptop\b/.test(text) ? `${text} At laptop: ${setting.laptop}` : text;
}

type Fact = [name: string, text: string];

function factsMarkup(facts: readonly Fact[]): string {
  const entries = facts.map(([name, text]) => `<dt>${escaped(name)}</dt><dd>${prose(text)}</dd>`);
  return `<dl class="facts">${entries.join("")}</dl>`;
}

/** The verdict as a word with a sign and a colour. */
export function badge(outcome: Outcome): string {
  return `<span class="badge ${outcome}"><svg viewBox="0 0 12 12" aria-hidden="true"><path d="${signs[outcome]}"/></svg>${outcome}</span>`;
}

const signs: Record<Outcome, string> = {
  confirmed: "M1.5 6.5l3 3.5 6-8",
  refuted: "M2 2l8 8M10 2l-8 8",
  undecided: "M1 6h10",
  failed: "M6 1v6M6 10.5v.2",
};

function resultMarkup(
  { claim, judgement, figures, figuresError }: JudgedClaim,
  styles: ReadonlyMap<string, SeriesStyle>,
): string {
  const { measures, remark, verdict } = judgement;
  const rows = measures.map((measure) => measureMarkup(measure, claim.measures[measure.name]?.scale));
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

function measureMarkup(measure: MeasureResult, scale: "linear" | "log" | undefined): string {
  const { title, unit, rule, verdict } = measure;
  const asked = rule ? `the claim holds with ${ruleInWords(rule, unit)}` : "shown; decides nothing";
  const range = rule?.type === "exact" ? "furthest from 0" : intervalText(measure);
  return `<tr><th scope="row">${prose(title)} <small>${escaped(asked)}</small></th><td class="number">${escaped(effectText(measure))} <small>${escaped(range)}</small></td><td>${intervalPlot(measure, scale)}<small>${escaped(valuesText(measure))}</small></td><td>${verdict ? badge(verdict) : ""}</td></tr>`;
}

function failureMarkup(error: string): string {
  return `${remarkMarkup("failed", "It has no verdict: the experiment ended in an error.")}
<pre>${escaped(error)}</pre>`;
}
