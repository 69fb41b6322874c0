import { batchComposition } from "./batch-composition.js";
import { batchNoise } from "./batch-noise.js";
import { constantStatistics } from "./constant-statistics.js";
import { deepLinear } from "./deep-linear.js";
import { divergence } from "./diverging-step.js";
import { domainShift } from "./domain-shift.js";
import { epochsInTurns } from "./epochs-in-turns.js";
import { gradientLine } from "./gradient-line.js";
import { gradientNoise } from "./gradient-noise.js";
import { hiddenShift } from "./hidden-shift.js";
import { identities } from "./identities.js";
import { initialNetwork } from "./initial-network.js";
import { landscape } from "./landscape.js";
import { largestRate } from "./largest-rate.js";
import { lsuvTraining } from "./lsuv.js";
import { normalizedPoints } from "./normalized-points.js";
import { parameterCount } from "./parameters.js";
import { populationVariance } from "./population-variance.js";
import { randomProducts } from "./random-products.js";
import { residualVariance } from "./residual-variance.js";
import type { Experiment } from "./run.js";
import { scaledValues } from "./scaled-values.js";
import { singleExamples } from "./single-examples.js";
import { smoothnessBound } from "./smoothness-bound.js";
import { statisticsGap } from "./statistics-gap.js";
import { training } from "./training.js";
import { twoFeatures } from "./two-features.js";

// biome-ignore lint/suspicious/noExplicitAny: each has settings and results of its own
const all: readonly Experiment<any, unknown>[] = [
  batchComposition,
  batchNoise,
  constantStatistics,
  deepLinear,
  divergence,
  domainShift,
  epochsInTurns,
  gradientLine,
  gradientNoise,
  hiddenShift,
  identities,
  initialNetwork,
  landscape,
  largestRate,
  lsuvTraining,
  normalizedPoints,
  parameterCount,
  populationVariance,
  randomProducts,
  residualVariance,
  scaledValues,
  singleExamples,
  smoothnessBound,
  statisticsGap,
  training,
  twoFeatures,
];

/** All experiments, by name: what a worker process looks a run's experiment up in. */
export const experiments: ReadonlyMap<string, (typeof all)[number]> = new Map(
  all.map((each) => [each.name, each]),
);
