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
const [training, failing] = [0.5, 0.2];
const [trains, fails] = [rules.above(training), rules.below(failing)];

const setting = {
  smoke:
    "Residual MLPs of width 16 on MNIST with 3 and 18 blocks, as depths of 10 and 40 have (in place of 16 and 100), 40 steps, two rates.",
  laptop:
    "Fully connected in place of convolutional, since WRN-100-2 takes minutes for a single rate: a residual MLP of width 64 (branches of ReLU and one dense layer) with the blocks of WRN-16, WRN-100 and WRN-1000, which are 6, 48 and 498, on 12,800 images of MNIST. 200 steps of batch 64 (published: 200 epochs) at rates 2⁻⁹, 2⁻⁷ … 2⁻¹. At depth 100, α = 1 diverged at all of these in a first measurement, and is tried at 2⁻¹³, 2⁻¹⁹ and 2⁻²⁵ too. With 498 blocks 100 steps (40 in a first measurement), of α = 1/√d at 2⁻⁶ alone, which can only be to its disadvantage, and of the division by √2 at 2⁻⁶ and 2⁻¹² (at 2⁻⁹ and 2⁻¹⁵ one seed ended at chance, too). Momentum 0.9 and L2 5·10⁻⁴, as remembered from the paper; the rate falls along half a cosine. The rate is chosen by accuracy on 1000 test images, as published by test accuracy; that an accuracy above 50 % is training and one below 20 % failing is our choice.",
  paper:
    "WRN-n-2 on CIFAR-10, batch 64, 200 epochs, rates in powers of 2, the best by test accuracy, as published; at depth 100 α = 1 at 2⁻¹³, 2⁻¹⁹ and 2⁻²⁵ too. Momentum 0.9 and L2 5·10⁻⁴, as remembered from the paper. Crops, flips and half a cosine for the rate are our choice (as remembered, the published rate is constant for half of the epochs, then halved every 10).",
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
      title: "α = 1/√d at the largest depth",
      unit: "share",
      of: (results) => deepestAccuracy(results, "SkipInit, α = 1/√d"),
      rule: trains,
    },
  },
  figures,
  remarks: {
    refuted:
      "In 200 steps (100 with 498 blocks) of a fully connected network on MNIST, α = 1 did not fail at depth 100, or one of the others did not reach 50 %.",
    undecided:
      "Either the seeds are too few, or the interval of an accuracy reaches what we take for training (50 %) or for failing (20 %).",
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
    laptop: `${setting.laptop} That it loses accuracy is judged by how much farther it lies behind batch norm at depth 100 than at 16 (at first: by how far at 100), and that it fails at 1000 beside SkipInit in as many steps. The variance: 100 linear blocks of 256 units, Gaussian inputs.`,
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
      of: (results) => behindBatchNorm(results, "shallow"),
    },
    deep: {
      title: "that difference at depth 100 − at depth 16",
      unit: "points",
      of: (results) => behindBatchNorm(results, "deep") - behindBatchNorm(results, "shallow"),
      rule: rules.above(0),
    },
    deepest: {
      title: "divided by √2 at the largest depth: test accuracy at the best rate",
      unit: "share",
      of: (results) => deepestAccuracy(results, "divided by √2"),
      rule: fails,
    },
    behindSkipInit: {
      title: "test accuracy at the largest depth, SkipInit (α = 1/√d) − divided by √2, in as many steps",
      unit: "points",
      of: (results) =>
        deepestAccuracy(results, "SkipInit, α = 1/√d") - deepestAccuracy(results, "divided by √2"),
      // What trains less what fails.
      rule: rules.above(Number((training - failing).toFixed(2))),
    },
  },
  figures,
  remarks: {
    refuted:
      "In these short trainings of a fully connected network on MNIST, the division cost no more at depth 100 than at 16, or the network divided by √2 learned at the largest depth, too.",
    undecided:
      "Either the seeds are too few, or an interval reaches its bound; 20 % for failing and 30 points behind SkipInit are our choice.",
  },
});

/** How far the division by √2 lies behind batch norm, each at its best rate. */
function behindBatchNorm(results: DepthResults, depth: Depth): number {
  return bestAccuracy(results, "batch norm", depth) - bestAccuracy(results, "divided by √2", depth);
}

/** DS20-5. */
export const skipInitNearBatchNorm = claim({
  id: "DS20-5",
  title: "SkipInit comes near batch norm",
  statement: "SkipInit reaches the test accuracy of batch normalization up to about half a point.",
  source: "section 4, table of depths",
  published:
    "WRN-n-2 on CIFAR-10, SkipInit (α = 0) against batch norm: 93.3 to 93.5, 94.2 to 94.7, 94.3 to 94.6 %; that makes 1.03, 1.09 and 1.06 times the errors.",
  setting: {
    smoke: "A residual MLP of width 16 and 3 blocks on MNIST, 40 steps, two rates.",
    laptop:
      "A residual MLP of width 64 and 6 blocks, as many as WRN-16 has, on all of MNIST, 3 epochs of batch 64 at rates 2⁻⁴, 2⁻³ … 2⁰, along half a cosine: long enough for accuracies to settle, which a convolutional network on CIFAR-10 would take hours for. Where both are right in about 98 %, a difference of half a point could hardly fail to come out, so that it is the errors whose ratio is judged (at first: a difference of at most 0.75 points, at rates up to 2⁻²); that 0.8 to 1.25 is near is our choice.",
    paper: `${setting.paper} Depth 1000. That a ratio of errors of 0.8 to 1.25 is near is our choice.`,
  },
  runs: endings,
  measures: {
    errors: {
      title: "test errors, SkipInit (α = 0) ÷ batch norm, each at its best rate",
      scale: "log",
      unit: "ratio",
      of: (results) =>
        (1 - deepestAccuracy(results, "SkipInit, α = 0")) / (1 - deepestAccuracy(results, "batch norm")),
      rule: rules.between(0.8, 1.25),
    },
    difference: {
      title: "test accuracy, batch norm − SkipInit (α = 0), each at its best rate",
      unit: "points",
      of: (results) => deepestAccuracy(results, "batch norm") - deepestAccuracy(results, "SkipInit, α = 0"),
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
    refuted: "The errors of the two differ by more than a quarter in this fully connected network on MNIST.",
    undecided: "The interval of the ratio reaches the margin of a quarter, or the seeds are too few.",
  },
});
