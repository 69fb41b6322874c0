import { seriesColorRules } from "../figures/series.js";

/**
 * What all of the project's pages share: ground and text for light and dark, headings, tables, figures, wide and
 * narrow, screen and paper.
 *
 * @param colors the page's own colours for a scheme, as declarations: `--none: #4d4d4d;`.
 */
export function familyStyle(colors: (scheme: "light" | "dark") => string): string {
  return `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f6f6f4; --text: #1c1c1a; --soft: #62625c; --line: #dcdcd6;
  ${colors("light")}
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #161614; --raised: #20201d; --text: #e8e8e3; --soft: #a3a39b; --line: #3a3a35;
    ${colors("dark")}
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
main { max-width: 1080px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; }
h2 { font-size: 21px; margin: 52px 0 6px; }
.about { color: var(--soft); margin: 0 0 24px; }
.note { color: var(--soft); font-size: 14px; margin: 12px 0 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 14px; width: 100%; margin-top: 14px; }
th, td { padding: 7px 9px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; }
thead th { font-weight: 600; vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; }
tbody th { font-weight: 600; }
td small, th small { display: block; color: var(--soft); font-weight: 400; font-size: 12px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 12px 0 0; padding: 0; list-style: none; font-size: 14px; }
.legend svg, tbody th svg { width: 26px; height: 10px; margin-right: 7px; vertical-align: baseline; }
figure { margin: 26px 0 0; break-inside: avoid; }
figcaption { max-width: 76ch; font-size: 15px; margin-bottom: 12px; }
figcaption b { font-weight: 650; }
.row { display: grid; gap: 12px 16px; margin-top: 10px; }
.panel { min-width: 0; display: flex; flex-direction: column; justify-content: flex-end; }
.panel h3 { font-size: 13px; font-weight: 600; margin: 0 0 2px; line-height: 1.3; }
.plot { width: 100%; height: auto; color: var(--text); font-family: inherit; overflow: visible; }
.settings { display: grid; grid-template-columns: max-content 1fr; gap: 4px 18px; font-size: 14px; margin: 12px 0; }
.settings dt { color: var(--soft); }
.settings dd { margin: 0; overflow-wrap: anywhere; }
pre { background: var(--raised); border-radius: 8px; padding: 14px 16px; font-size: 13px; white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 720px) {
  main { padding: 24px 16px 48px; }
  h1 { font-size: 25px; }
  .settings { grid-template-columns: 1fr; gap: 0; }
  .settings dd { margin-bottom: 8px; }
}
@media print {
  main { max-width: none; padding: 0; }
  .wide { overflow: visible; }
  table { font-size: 10px; }
  h2 { break-after: avoid; }
}
`;
}

const verdictColors = {
  light: "--confirmed: #00704f; --refuted: #b2320b; --undecided: #8a5a00; --failed: #62625c;",
  dark: "--confirmed: #2fc498; --refuted: #ff8a5f; --undecided: #f0b84a; --failed: #a3a39b;",
};

/** The style sheet of the page of claims. */
export const claimsStyle = `${familyStyle((scheme) => `${seriesColorRules(scheme)} ${verdictColors[scheme]}`)}
html { scroll-padding-top: 16px; }
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: 3px; }
.confirmed { --verdict: var(--confirmed); }
.refuted { --verdict: var(--refuted); }
.undecided { --verdict: var(--undecided); }
.failed { --verdict: var(--failed); }
.badge {
  display: inline-flex; align-items: center; gap: 6px; padding: 1px 10px 1px 8px; border-radius: 99px; white-space: nowrap;
  font-size: 13px; font-weight: 650; color: var(--verdict); border: 1.5px solid var(--verdict);
}
.badge svg { width: 11px; height: 11px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.counts { display: flex; flex-wrap: wrap; gap: 12px 34px; margin: 0; padding: 18px 22px; background: var(--raised); border-radius: 8px; list-style: none; }
.counts b { font-size: 30px; line-height: 1.1; font-weight: 650; color: var(--verdict); margin-right: 4px; font-variant-numeric: tabular-nums; }
.share { display: flex; height: 6px; gap: 2px; margin: 10px 0 0; }
.share i { background: var(--verdict); border-radius: 3px; }
.claims td, .claims th { white-space: normal; text-align: left; vertical-align: top; }
.claims th { font-weight: 400; }
.claims thead th { font-weight: 600; }
.claims .work th { padding-top: 20px; font-weight: 650; }
.claims td:first-child, .claims td:nth-child(3), .measures .number { white-space: nowrap; }
.claims small { white-space: normal; }
.measures th[scope="row"] { width: 40%; }
.measures td:last-child { width: 1%; }
.work > h2 { margin-bottom: 0; }
.work > .about { margin-bottom: 0; }
.claim { border-top: 1px solid var(--line); margin-top: 30px; padding-top: 24px; }
.claim > header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 14px; }
.claim > header h3 { font-size: 19px; line-height: 1.3; margin: 0; flex: 0 1 auto; }
.claim > header h3 a { text-decoration: none; }
.claim > header h3 small { color: var(--soft); font-weight: 500; font-size: inherit; margin-right: 4px; }
.statement { font-size: 18px; line-height: 1.45; max-width: 68ch; margin: 10px 0 0; }
.facts { display: grid; grid-template-columns: 130px 1fr; gap: 4px 18px; font-size: 14px; margin: 14px 0 0; max-width: 92ch; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; }
.measures td, .measures th { text-align: left; white-space: normal; vertical-align: middle; }
.measures td.number { font-size: 15px; font-weight: 600; }
.measures td.number small { font-size: 13px; }
.interval { display: block; width: 190px; height: auto; overflow: visible; }
.measures .interval + small { margin-top: 5px; }
.measures td:nth-child(3) { width: 290px; }
.remark { border-left: 4px solid var(--verdict); border-radius: 0 8px 8px 0; background: var(--raised); padding: 10px 16px; margin: 16px 0 0; max-width: 76ch; }
.remark b { color: var(--verdict); font-weight: 650; }
.undrawn { color: var(--soft); font-size: 14px; margin: 8px 0 0; }
sub { font-size: 0.75em; line-height: 0; }
.command { font-size: 13px; color: var(--soft); margin: 14px 0 0; }
.command code { color: var(--text); background: var(--raised); border-radius: 5px; padding: 3px 8px; overflow-wrap: anywhere; }
.claim figure { margin-top: 22px; }
.claim figcaption { margin-bottom: 4px; }
.claim .legend { margin-top: 8px; font-size: 13px; }
.row { grid-template-columns: repeat(var(--columns), minmax(0, 1fr)); align-items: start; }
.row.single .plot { max-width: 540px; }
.row.single .panel { justify-self: start; min-width: min(100%, 540px); max-width: 100%; }
.row.single table { width: auto; min-width: 50%; }
.panel { justify-content: flex-start; padding: 10px 12px; border: 1px solid transparent; border-radius: 8px; }
.panel.published { border-color: var(--line); background: var(--raised); --ground: var(--raised); }
.panel.lead { grid-column: 1 / -1; max-width: 540px; }
.panel h4 { display: flex; min-height: 21px; gap: 8px; align-items: baseline; font-size: 13px; font-weight: 600; margin: 0 0 6px; line-height: 1.35; }
.panel h4 i { flex: none; font-style: normal; font-weight: 600; font-size: 11px; letter-spacing: 0.03em; padding: 0 7px; border-radius: 4px; color: var(--soft); border: 1px solid var(--line); }
.panel table { margin: 0; font-size: 13px; }
.panel td, .panel th { padding: 5px 6px; white-space: normal; }
@media (max-width: 720px) {
  .row { grid-template-columns: minmax(0, 1fr); }
  .panel { padding: 8px; }
  .panel:not(.published) { padding: 8px 0; }
  .facts { grid-template-columns: 1fr; gap: 0; }
  .facts dd { margin-bottom: 8px; }
  .statement { font-size: 17px; }
  .claims thead, .measures thead { display: none; }
  .claims tr, .measures tr { display: block; border-bottom: 1px solid var(--line); padding: 8px 0; }
  .claims td, .claims th, .measures td, .measures th, .measures th[scope="row"] { display: block; width: auto; border: 0; padding: 2px 0; }
  .measures td:nth-child(3) small::before { content: "by seed: "; }
  .claims td:first-child, .claims th { display: inline; }
  .claims td:first-child { margin-right: 10px; }
}
@media print {
  .claim { break-inside: avoid-page; }
  .panel.published { background: none; }
}
`;
