import { familyStyle } from "evenkeel-experiments/report";
import { colorRules } from "./palette.js";

/** The page's style sheet: that of the family, and what only this page has. */
export const styleSheet = `${familyStyle(colorRules)}
.findings { margin: 0; padding: 18px 22px; background: var(--raised); border-radius: 8px; list-style: none; }
.findings li + li { margin-top: 10px; }
.findings li { display: grid; grid-template-columns: 92px 1fr; gap: 0 12px; }
@media (max-width: 720px) {
  .row { grid-template-columns: repeat(2, minmax(0, 1fr)) !important; }
  .row.large { grid-template-columns: minmax(0, 1fr) !important; }
  .findings li { grid-template-columns: 1fr; }
}
`;
