export * from "./claim/claim.js";
export { type ClaimReport, type FailedClaim, hasFailed, type JudgedClaim } from "./claim/claim-report.js";
export * from "./claim/judgement.js";
export * from "./claim/rule.js";
export * from "./claim/works.js";
export { claims, requireClaims } from "./claims/index.js";
export type * from "./figures/figure.js";
export { significant } from "./figures/numbers.js";
export {
  type AlongGradient,
  alongGradient,
  effectiveSmoothness,
  type GradientPoint,
  gradientPredictiveness,
  lossVariation,
  type Range,
} from "./probes/along-gradient.js";
export { batchAt } from "./probes/batch.js";
export { histogram, norm, type Percentiles, percentiles } from "./probes/summaries.js";
export { type MeasureRecord, measureRecord } from "./record/measure.js";
export { type ClaimRecord, recordOf } from "./record/record.js";
export { bestAccuracy, curveOf, finalAccuracy, stepsTo } from "./runs/curves.js";
export type { DataSettings, DataSource } from "./runs/data.js";
export { experiments } from "./runs/index.js";
export * from "./runs/run.js";
export { type TrainingResult, type TrainingSettings, train, training } from "./runs/training.js";
export {
  curvatures,
  type DescentPoint,
  type DescentSettings,
  descentPath,
  type FeatureRange,
  type FeatureSample,
  featureSample,
  type InputForm,
  inputForms,
  leastSquares,
  unitInput,
} from "./runs/two-features.js";
export * from "./statistics/index.js";
export { type Cost, costOf } from "./trial/needs.js";
export { type TrialOptions, type TrialProgress, tryClaim } from "./trial/trial.js";
