import { colorRules } from "./palette.js";

/** The page's style sheet: light and dark, wide and narrow, screen and paper. */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f6f6f4; --text: #1c1c1a; --soft: #62625c; --line: #dcdcd6;
  ${colorRules("light")}
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #161614; --raised: #20201d; --text: #e8e8e3; --soft: #a3a39b; --line: #3a3a35;
    ${colorRules("dark")}
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
.findings { margin: 0; padding: 18px 22px; background: var(--raised); border-radius: 8px; list-style: none; }
.findings li + li { margin-top: 10px; }
.findings li { display: grid; grid-template-columns: 92px 1fr; gap: 0 12px; }
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
  .row { grid-template-columns: repeat(2, minmax(0, 1fr)) !important; }
  .row.large { grid-template-columns: minmax(0, 1fr) !important; }
  .findings li { grid-template-columns: 1fr; }
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
