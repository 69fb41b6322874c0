export { type MissingData, missingData } from "./data.js";
export { type Estimate, elapsed } from "./estimate.js";
export { evenkeelVersion, keyOf, type RunIdentity } from "./key.js";
export { type Plan, type PlannedClaim, type PlannedRun, plan } from "./plan.js";
export { defaultJobs } from "./processes.js";
export { type FinishedRun, openStore, type Store } from "./store.js";
export {
  type Remainder,
  remainder,
  runTitle,
  type Tested,
  type TestObserver,
  type TestOptions,
  testClaims,
} from "./test-claims.js";
export { requireWritable, writeWhole } from "./whole-file.js";
