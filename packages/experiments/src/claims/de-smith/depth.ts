import { claim, type Evidence, type Runs } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import { best, trialsOf } from "../../runs/rate-search.js";
import { growthFactor, type ResidualVarianceResult, residualVariance } from "../../runs/residual-variance.js";
import type { Size } from "../../runs/run.js";
import { accuracyByDepth, accuracyByRate } from "./depth-figures.js";
import { type Depth, endings, search, tableOfDepths } from "./depth-runs.js";
import type { Method } from "./published.js";
import { linear } from "./variance.js";

type DepthResults = Readonly<Record<string, unknown>>;

/** Test accuracy at the best rate. */
function bestAccuracy(results: DepthResults, method: Method, depth: Depth): number {
  return best(trialsOf(results, search(method, depth))).accuracy;
}

/** The same at the largest depth at which the method was run. */
function deepestAccuracy(results: DepthResults, method: Method): number {
  const depths = (["deepest", "deep", "shallow"] as const).map((depth) => search(method, depth));
  return best(depths.map((each) => trialsOf(results, each)).find(({ length }) => length > 0) ?? []).accuracy;
}

/** Chance is 0.1: what trains is far above it, what does not is about there. */
const [trains, fails] = [rules.above(0.5), rules.below(0.2)];

const setting = {
  smoke:
    "Residual MLPs of width 16 on MNIST with 3 and 18 blocks, as depths of 10 and 40 have (in place of 16 and 100), 40 steps, two rates.",
  laptop:
    "Fully connected in place of convolutional, since WRN-100-2 takes minutes for a single rate: a residual MLP of width 64 (branches of ReLU and one dense layer) with the blocks of WRN-16, WRN-100 and WRN-1000, which are 6, 48 and 498, on 12,800 images of MNIST. 200 steps of batch 64 (published: 200 epochs) at rates 2⁻⁹, 2⁻⁷ … 2⁻¹; with 498 blocks 40 steps at 2⁻⁹ and 2⁻⁶, α = 1/√d and the division by √2 only. Momentum 0.9 and L2 5·10⁻⁴ as published; the rate falls along half a cosine. The rate is chosen by test accuracy, as published.",
  paper:
    "As published: WRN-n-2 on CIFAR-10, batch 64, 200 epochs, momentum 0.9, L2 5·10⁻⁴, rates in powers of 2, the best by test accuracy. Crops, flips and half a cosine for the rate are our choice (published: constant for half of the epochs, then halved every 10).",
} satisfies Record<Size, string>;

const figures = (evidence: Evidence<Runs>) => [accuracyByDepth(evidence), accuracyByRate(evidence)];

/** DS20-3. */
export const skipInitTrainsDeep = claim({
  id: "DS20-3",
  title: "SkipInit trains deep networks",
  statement:
    "Without normalization, a scalar at the end of each residual branch that begins at 1/√d or less lets networks train at depths where one that begins at 1 fails.",
  source: "section 4, table of depths",
  published:
    "WRN-n-2 on CIFAR-10, test accuracy at depth 16, 100, 1000: α = 1/√d 93.0, 94.2, 94.2 %; α = 0 93.3, 94.2, 94.3 %; α = 1 93.0 %, and no training at 100 and 1000.",
  setting,
  runs: tableOfDepths,
  measures: {
    shallowOne: {
      title: "α = 1 at depth 16: test accuracy at the best rate",
      unit: "share",
      of: (results) => bestAccuracy(results, "SkipInit, α = 1", "shallow"),
      rule: trains,
    },
    deepOne: {
      title: "α = 1 at depth 100: test accuracy at the best rate",
      unit: "share",
      of: (results) => bestAccuracy(results, "SkipInit, α = 1", "deep"),
      rule: fails,
    },
    deepRoot: {
      title: "α = 1/√d at depth 100",
      unit: "share",
      of: (results) => bestAccuracy(results, "SkipInit, α = 1/√d", "deep"),
      rule: trains,
    },
    deepZero: {
      title: "α = 0 at depth 100",
      unit: "share",
      of: (results) => bestAccuracy(results, "SkipInit, α = 0", "deep"),
      rule: trains,
    },
    deepestRoot: {
      title: "α = 1/√d at the largest depth, 1000",
      unit: "share",
      of: (results) => deepestAccuracy(results, "SkipInit, α = 1/√d"),
      rule: trains,
    },
  },
  figures,
  remarks: {
    refuted:
      "Depths, rates and steps are few here: a network that would train in 200 epochs may not in 200 steps, and a shallow one may survive α = 1.",
    undecided:
      "Either the seeds are too few, or an accuracy lies between what we take for training (50 %) and for failing (20 %).",
  },
});

/** DS20-4. */
export const stableVarianceIsNotEnough = claim({
  id: "DS20-4",
  title: "Stable variance is not enough",
  statement:
    "Dividing every residual sum by √2 keeps the variance at every depth, and yet the network loses accuracy when it is deep, and fails to train when it is very deep.",
  source: "section 4, table of depths",
  published:
    "WRN-n-2 on CIFAR-10 without batch norm, sums divided by √2: 92.4 % at depth 16, 88.9 % at 100, no training at 1000; with batch norm 93.5, 94.7 and 94.6 %.",
  setting: {
    smoke: `${setting.smoke} The variance: 12 linear blocks of 64 units.`,
    laptop: `${setting.laptop} The variance: 100 linear blocks of 256 units, Gaussian inputs.`,
    paper: `${setting.paper} The variance: 100 linear blocks of 1000 units, Gaussian inputs.`,
  },
  runs: (size) => ({
    ...tableOfDepths(size),
    variance: residualVariance(linear(size, { residual: "dividedByRoot2", normalization: "none" })),
  }),
  measures: {
    variance: {
      title: "factor of the variance per block at initialisation",
      scale: "log",
      unit: "ratio",
      of: ({ variance }) => growthFactor((variance as ResidualVarianceResult).blocks),
      rule: rules.between(0.95, 1.05),
    },
    shallow: {
      title: "test accuracy at depth 16, with batch norm − divided by √2, each at its best rate",
      unit: "points",
      of: (results) =>
        bestAccuracy(results, "batch norm", "shallow") - bestAccuracy(results, "divided by √2", "shallow"),
    },
    deep: {
      title: "the same at depth 100",
      unit: "points",
      of: (results) =>
        bestAccuracy(results, "batch norm", "deep") - bestAccuracy(results, "divided by √2", "deep"),
      rule: rules.above(0),
    },
    deepest: {
      title: "divided by √2 at the largest depth, 1000: test accuracy at the best rate",
      unit: "share",
      of: (results) => deepestAccuracy(results, "divided by √2"),
      rule: fails,
    },
  },
  figures,
  remarks: {
    refuted:
      "Dense layers are not convolutions: at the depths that are affordable here the division may not yet hurt.",
    undecided:
      "Either the seeds are too few, or an accuracy lies between what we take for training (50 %) and for failing (20 %).",
  },
});

/** DS20-5. */
export const skipInitNearBatchNorm = claim({
  id: "DS20-5",
  title: "SkipInit comes near batch norm",
  statement: "SkipInit reaches the test accuracy of batch normalization up to about half a point.",
  source: "section 4, table of depths",
  published:
    "WRN-n-2 on CIFAR-10, SkipInit (α = 0) against batch norm: 93.3 to 93.5, 94.2 to 94.7, 94.3 to 94.6 %.",
  setting: {
    smoke: setting.smoke,
    laptop:
      "A residual MLP of width 64 and 6 blocks, as many as WRN-16 has, on all of MNIST, 3 epochs of batch 64 at rates 2⁻⁴, 2⁻³, 2⁻², along half a cosine: long enough for accuracies to settle, which a convolutional network on CIFAR-10 would take hours for. Errors are then about a third of those on CIFAR-10, so half a point is a wider margin.",
    paper: `${setting.paper} Depth 1000.`,
  },
  runs: endings,
  measures: {
    difference: {
      title: "test accuracy with batch norm − with SkipInit (α = 0), each at its best rate",
      unit: "points",
      of: (results) => deepestAccuracy(results, "batch norm") - deepestAccuracy(results, "SkipInit, α = 0"),
      // About half a point: what rounds to it.
      rule: rules.below(0.0075),
    },
    batchNorm: {
      title: "test accuracy with batch norm",
      unit: "share",
      of: (results) => deepestAccuracy(results, "batch norm"),
    },
    skipInit: {
      title: "test accuracy with SkipInit",
      unit: "share",
      of: (results) => deepestAccuracy(results, "SkipInit, α = 0"),
    },
  },
  figures: (evidence) => [accuracyByRate(evidence)],
  remarks: {
    refuted:
      "SkipInit leaves out the noise of batch statistics, which regularises; the paper adds dropout where that counts.",
    undecided: "From seed to seed the difference varies by as much as the margin, or the seeds are too few.",
  },
});
