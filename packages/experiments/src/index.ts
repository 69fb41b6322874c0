export * from "./claim/claim.js";
export * from "./claim/judgement.js";
export * from "./claim/rule.js";
export * from "./claim/works.js";
export { claims, requireClaims } from "./claims/index.js";
export type * from "./figures/figure.js";
export { experiments } from "./runs/index.js";
export * from "./runs/run.js";
export * from "./statistics/index.js";
