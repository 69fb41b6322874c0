export {
  amount,
  counted,
  duration,
  effectText,
  intervalText,
  ruleInWords,
  type Unit,
} from "../record/amounts.js";
export { countsOf, decidingMeasure, type Outcome, outcomeOf } from "../record/outcome.js";
export type { ClaimReport, FailedClaim, JudgedClaim, ReportContent } from "./content.js";
export { hasFailed } from "./content.js";
export { dataFiles, isDataFile } from "./data.js";
export { svg } from "./document.js";
export { figureMarkup } from "./figure.js";
export { ledger } from "./ledger.js";
export { escaped } from "./markup.js";
export { reportPage } from "./page.js";
export { familyStyle } from "./style.js";
