export { leastSeeds, type Rule, type Verdict } from "../claim/rule.js";
export { type WorkId, works } from "../claim/works.js";
export type { Size } from "../runs/run.js";
export type { Cost } from "../trial/needs.js";
export {
  amount,
  counted,
  duration,
  effectText,
  effectWithInterval,
  intervalText,
  ruleInWords,
  type Unit,
  valuesText,
} from "./amounts.js";
export { type Fact, runFacts } from "./facts.js";
export { type IntervalPicture, intervalPicture } from "./interval.js";
export type { ClaimEntry, Ledger, LedgerWork } from "./ledger.js";
export type { MeasureRecord } from "./measure.js";
export { type Outcome, outcomes, signs } from "./outcome.js";
export { type ProsePart, proseParts } from "./prose.js";
export type { ClaimRecord } from "./record.js";
export { addressOf } from "./where.js";
