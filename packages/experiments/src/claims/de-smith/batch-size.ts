import { mean } from "simple-statistics";
import { claim, type Evidence, type Runs } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import { curves } from "../../figures/curves.js";
import type { Figure, Plot, Table } from "../../figures/figure.js";
import type { DataSettings } from "../../runs/data.js";
import type { NetworkSettings } from "../../runs/network.js";
import { atRates, best, largestStableRate, trialsOf } from "../../runs/rate-search.js";
import type { Size } from "../../runs/run.js";
import type { TrainingSettings } from "../../runs/training.js";

const methods = ["batch norm", "SkipInit", "no normalization"] as const;
type Method = (typeof methods)[number];

/** A batch size, and for each method the rates that are tried at it: powers of 2, from the first exponent to the last. */
interface BatchPlan extends Record<Method, readonly [first: number, last: number]> {
  size: number;
}

/** The same number of examples at every batch size, as the paper has the same epochs. Smallest batch first. */
const plan: Record<Size, { data: DataSettings; examples: number; batches: readonly BatchPlan[] }> = {
  smoke: {
    data: { name: "mnist", train: 1280, test: 300 },
    examples: 1280,
    batches: [
      { size: 16, "batch norm": [-5, -4], SkipInit: [-5, -4], "no normalization": [-5, -4] },
      { size: 128, "batch norm": [-2, -1], SkipInit: [-2, -1], "no normalization": [-2, -1] },
    ],
  },
  laptop: {
    data: { name: "cifar10", train: 15_360 },
    examples: 15_360,
    batches: [
      { size: 8, "batch norm": [-7, -3], SkipInit: [-8, -4], "no normalization": [-9, -5] },
      { size: 64, "batch norm": [-4, -1], SkipInit: [-5, -2], "no normalization": [-7, -4] },
      { size: 512, "batch norm": [-3, 2], SkipInit: [-5, 0], "no normalization": [-7, -2] },
    ],
  },
  paper: {
    data: { name: "cifar10" },
    examples: 200 * 50_000,
    batches: [
      { size: 8, "batch norm": [-9, -2], SkipInit: [-9, -2], "no normalization": [-11, -4] },
      { size: 64, "batch norm": [-6, 1], SkipInit: [-6, 1], "no normalization": [-8, -1] },
      { size: 256, "batch norm": [-4, 3], SkipInit: [-5, 2], "no normalization": [-8, -1] },
      { size: 1024, "batch norm": [-4, 3], SkipInit: [-5, 2], "no normalization": [-8, -1] },
    ],
  },
};

function exponentsFrom([first, last]: readonly [number, number]): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Running statistics average over as many examples at every batch size: thirty steps of 512 are few for 0.9. */
const momentumAt = (batchSize: number) => Number((0.9 ** (batchSize / 64)).toFixed(3));

function choiceOf(method: Method, blocks: number, batchSize: number) {
  const choices = {
    "batch norm": { normalization: { type: "batchNormalization", momentum: momentumAt(batchSize) } },
    SkipInit: { residual: { skipInit: 1 / Math.sqrt(blocks) } },
    "no normalization": { normalization: "none" },
  } as const;
  return choices[method];
}

const standardized = { type: "rescaling", scale: 1 / 64, offset: -2 } as const;

function networkOf(size: Size, method: Method, batchSize: number): NetworkSettings {
  switch (size) {
    case "smoke":
      return {
        ...{ family: "residualMlp", blocks: 3, units: 16, inputShape: [28, 28] },
        preprocessing: [{ type: "rescaling", scale: 1 / 255 }],
        ...choiceOf(method, 3, batchSize),
      };
    case "laptop":
      return {
        ...{ family: "wideResNet", depth: 10, widthFactor: 1 },
        preprocessing: [{ type: "averagePooling2d", poolSize: 4 }, standardized],
        ...choiceOf(method, 3, batchSize),
      };
    case "paper":
      return {
        ...{ family: "wideResNet", depth: 16, widthFactor: 4 },
        preprocessing: [
          standardized,
          { type: "randomCrop", height: 32, width: 32, padding: 4 },
          { type: "randomFlip" },
        ],
        ...choiceOf(method, 6, batchSize),
      };
  }
}

function trainingAt(size: Size, method: Method, batchSize: number): (rate: number) => TrainingSettings {
  const { data, examples } = plan[size];
  const steps = Math.floor(examples / batchSize);
  return (initial) => ({
    data,
    network: networkOf(size, method, batchSize),
    optimizer: {
      type: "sgd",
      learningRate: { type: "cosine", initial, steps, final: 0 },
      momentum: 0.9,
      weightDecay: 5e-4,
    },
    batchSize,
    steps,
    // The last quarter's loss tells whether it trains; testing more often would cost as much as the training.
    every: Math.ceil((3 / 4) * steps),
  });
}

/** What the runs of a search are called before their rates. */
const search = (method: Method, batch: number) => `${method}, batch ${batch}`;

/** A search for the best rate for every method at every batch size. */
function runs(size: Size): Runs {
  const searches = plan[size].batches.flatMap((batch) =>
    methods.map((method) =>
      atRates(search(method, batch.size), exponentsFrom(batch[method]), trainingAt(size, method, batch.size)),
    ),
  );
  return Object.assign({}, ...searches);
}

type BatchResults = Readonly<Record<string, unknown>>;

/** The batch sizes that were run, the smallest first. */
function batchesOf(results: BatchResults): number[] {
  const found = Object.keys(results).map((name) => Number(/ batch (\d+)/.exec(name)![1]));
  return [...new Set(found)].sort((a, b) => a - b);
}

function trials(results: BatchResults, method: Method, batch: number) {
  return trialsOf(results, search(method, batch));
}

/** The optimal rate with batch norm ÷ that of another method. */
function advantage(results: BatchResults, other: Method, batch: number): number {
  const rate = (method: Method) => best(trials(results, method, batch)).learningRate;
  return rate("batch norm") / rate(other);
}

/** The largest rate that trains with batch norm ÷ that with another method; half the smallest rate where none does. */
function stability(results: BatchResults, other: Method, batch: number): number {
  const rate = (method: Method) => {
    const tried = trials(results, method, batch);
    return largestStableRate(tried) ?? tried[0]!.learningRate / 2;
  };
  return rate("batch norm") / rate(other);
}

const smallest = (results: BatchResults) => batchesOf(results)[0]!;
const largest = (results: BatchResults) => batchesOf(results).at(-1)!;

/** The same, up to one step of a grid of factors of 2 and what averages make of it. */
const equal = rules.between(2 ** -1.5, 2 ** 1.5);

/** DS20-6. */
export const ratesByBatchSize = claim({
  id: "DS20-6",
  title: "Large rates are for large batches",
  statement:
    "At small batches the optimal learning rate with batch normalization is that of networks without it; the larger rates that it makes stable pay at large batches only.",
  source: "section 5, figure of optimal rates by batch size (WRN-16-4)",
  published:
    "A figure only, of WRN-16-4 on CIFAR-10: similar optimal rates at small batches, which grow in proportion to the batch; at large batches networks without batch norm come to their largest stable rate, while that of batch norm goes on growing. Known to us from a reader's notes.",
  setting: {
    smoke: "A residual MLP on MNIST, batches 16 and 128, two rates.",
    laptop:
      "WRN-10-1 on CIFAR-10 made smaller, 8×8, 15,360 examples (a third of an epoch; published: WRN-16-4 at 32×32, 200 epochs) in batches of 8, 64 and 512 (published, as remembered: from 1 or 2 to 1024), which are 1920, 240 and 30 steps. Rates in powers of 2 for every method and batch, five at 8, four at 64, which decides nothing, and six at 512, laid about the best of first measurements, the best by accuracy on the 10,000 test images. (The first of these had 10,240 examples, 1000 test images and the same rates for all methods, of which the smallest was the best without normalization at batch 512.) SkipInit begins at 1/√3, three being the blocks. Momentum 0.9, L2 5·10⁻⁴, half a cosine for the rate; running statistics have the momentum 0.9 at batch 64, and average over as many examples at the others. A rate is stable where the loss over the last quarter of the steps lies below that of guessing. That rates are equal up to a factor of 2.8, a step and a half of the grid, is our choice.",
    paper:
      "WRN-16-4 on CIFAR-10, 200 epochs, batches of 8, 64, 256 and 1024, eight rates for each, the best by test accuracy. Momentum 0.9 and L2 5·10⁻⁴ are as remembered from the paper; crops, flips, half a cosine for the rate and the running statistics' momentum, 0.9^(batch/64), are our choice.",
  },
  runs,
  measures: {
    small: {
      title: "smallest batch: optimal rate, batch norm ÷ SkipInit",
      scale: "log",
      unit: "ratio",
      of: (results) => advantage(results, "SkipInit", smallest(results)),
      rule: equal,
    },
    smallPlain: {
      title: "smallest batch: optimal rate, batch norm ÷ no normalization",
      scale: "log",
      unit: "ratio",
      of: (results) => advantage(results, "no normalization", smallest(results)),
      rule: equal,
    },
    large: {
      title: "that ratio to SkipInit at the largest batch ÷ at the smallest",
      scale: "log",
      unit: "ratio",
      of: (results) =>
        advantage(results, "SkipInit", largest(results)) / advantage(results, "SkipInit", smallest(results)),
      rule: rules.above(1),
    },
    largePlain: {
      title: "that ratio to no normalization at the largest batch ÷ at the smallest",
      scale: "log",
      unit: "ratio",
      of: (results) =>
        advantage(results, "no normalization", largest(results)) /
        advantage(results, "no normalization", smallest(results)),
      rule: rules.above(1),
    },
    stable: {
      title: "largest batch: largest stable rate of those tried, batch norm ÷ SkipInit",
      scale: "log",
      unit: "ratio",
      of: (results) => stability(results, "SkipInit", largest(results)),
    },
    stablePlain: {
      title: "largest batch: largest stable rate of those tried, batch norm ÷ no normalization",
      scale: "log",
      unit: "ratio",
      of: (results) => stability(results, "no normalization", largest(results)),
    },
  },
  figures: (evidence) => [ratesFigure(evidence), searchesFigure(evidence)],
  remarks: {
    refuted:
      "In a third of an epoch the optimal rate with batch norm was larger at the smallest batch already, or its lead did not grow with the batch. Published are 200 epochs; whether that makes the difference we did not isolate.",
    undecided:
      "Rates come in factors of 2, and near the best of them accuracy hardly depends on the rate; or the seeds are too few.",
  },
});

/** Optimal and largest stable rates by batch size. */
function ratesFigure(evidence: Evidence<Runs>): Figure {
  const batches = batchesOf(evidence.seeds[0]!.results);
  const axes = {
    type: "plot",
    x: { label: "batch size", scale: "log" },
    y: { label: "learning rate", scale: "log" },
  } as const;
  const plot = (
    title: string,
    rate: (results: BatchResults, method: Method, batch: number) => number | null,
  ): Plot => ({
    ...axes,
    title,
    marks: methods.flatMap((method) =>
      curves(
        method,
        across(evidence, (results) =>
          batches.map((batch) => ({ x: batch, y: rate(results, method, batch) })),
        ),
      ),
    ),
  });
  const rows = methods.flatMap((method) =>
    batches.map((batch) => {
      const seeds = across(evidence, (results) => trials(results, method, batch));
      const optimal = geometricMean(seeds.map((each) => best(each).learningRate));
      const stable = geometricMean(seeds.flatMap((each) => largestStableRate(each) ?? []));
      const accuracy = mean(seeds.map((each) => best(each).accuracy));
      return [method, batch, optimal, stable, (100 * accuracy).toFixed(1)];
    }),
  );
  const table: Table = {
    type: "table",
    title: "measured: geometric means of rates over the seeds",
    head: ["method", "batch", "optimal rate", "largest stable rate", "test accuracy, %"],
    rows: rows.map((row) =>
      row.map((cell) => (typeof cell === "number" ? Number(cell.toPrecision(2)) : cell)),
    ),
  };
  return {
    title: "Learning rate by batch size",
    caption:
      "Optimal by test accuracy, and the largest of the rates tried at which the loss ends below that of guessing; where that is the largest tried, larger ones may be stable, too. The published figure has the curves of the left panel coincide at small batches and part at large ones; we have no numbers of it.",
    panels: [
      plot(
        "optimal, measured",
        (results, method, batch) => best(trials(results, method, batch)).learningRate,
      ),
      plot(
        "largest stable, measured",
        (results, method, batch) => largestStableRate(trials(results, method, batch)) ?? null,
      ),
      table,
    ],
  };
}

/** The searches themselves, one panel for each batch size. */
function searchesFigure(evidence: Evidence<Runs>): Figure {
  return {
    title: "Test accuracy by learning rate",
    caption: "Thick lines are means over the seeds. What diverges is said to guess, which is right in 10 %.",
    panels: batchesOf(evidence.seeds[0]!.results).map(
      (batch): Plot => ({
        type: "plot",
        title: `batch ${batch}, measured`,
        x: { label: "learning rate", scale: "log" },
        y: { label: "test accuracy, %" },
        marks: methods.flatMap((method) =>
          curves(
            method,
            across(evidence, (results) =>
              trials(results, method, batch).map(({ learningRate, accuracy }) => ({
                x: learningRate,
                y: 100 * accuracy,
              })),
            ),
          ),
        ),
      }),
    ),
  };
}

function geometricMean(values: readonly number[]): number | string {
  return values.length === 0 ? "–" : Math.exp(mean(values.map(Math.log)));
}
