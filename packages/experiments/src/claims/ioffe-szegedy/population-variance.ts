import { mean as average } from "simple-statistics";
import { claim } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import { meanCurve } from "../../figures/curves.js";
import type { Plot } from "../../figures/figure.js";
import {
  type PopulationEstimate,
  type PopulationVarianceResult,
  populationVariance,
} from "../../runs/population-variance.js";
import type { Size } from "../../runs/run.js";

const plan = {
  smoke: { examples: 2048, units: 64, batchSizes: [2, 8, 64], enumerated: [2, 4, 8] },
  laptop: { examples: 8192, units: 64, batchSizes: [2, 4, 8, 16, 32, 64], enumerated: [2, 3, 4, 6, 8, 10] },
  paper: {
    examples: 32_768,
    units: 64,
    batchSizes: [2, 4, 8, 16, 32, 64],
    enumerated: [2, 3, 4, 6, 8, 10, 12],
  },
} as const satisfies Record<Size, object>;

/** The largest of some differences of all estimates, whatever its sign. */
const farthest = (estimates: readonly PopulationEstimate[], of: (estimate: PopulationEstimate) => number[]) =>
  Math.max(...estimates.flatMap(of).map(Math.abs));

/** What m batches of a size are expected to give without the correction. */
const share = (batchSize: number) => (batchSize - 1) / batchSize;

const setting = (examples: string) =>
  `64 units, each with a normal population of random mean and deviation; ${examples} examples, cut into batches of m; running statistics that count all batches alike. And, for small m, every batch that can be drawn of a population of two values: the expectation without any chance. There the largest difference of all units counts (in a first measurement, the mean over the units).`;

/** IS15-5. */
export const unbiasedVariance = claim({
  id: "IS15-5",
  title: "The variance of the population",
  statement:
    "The mean over batches of μ_B is the population's mean, and that of m/(m − 1) · σ_B² its variance; without the factor it is too small.",
  source: "section 3.1, algorithm 2",
  published: "Exact in expectation: E[σ_B²] = (m − 1)/m · Var[x].",
  setting: {
    smoke: setting("2048"),
    laptop: setting("8192"),
    paper: setting("32,768"),
  },
  runs: (size) => ({ estimates: populationVariance(plan[size]) }),
  measures: {
    expectedMean: {
      title: "over every possible batch: mean of μ_B − μ, in deviations, the largest of all units and m",
      of: ({ estimates }) => farthest(estimates.expected, ({ mean }) => mean),
      rule: rules.exact(1e-5),
    },
    expectedUnbiased: {
      title: "over every possible batch: mean of m/(m − 1) · σ_B² ÷ σ² − 1, the largest of all units and m",
      of: ({ estimates }) =>
        farthest(estimates.expected, ({ unbiased }) => unbiased.map((ratio) => ratio - 1)),
      rule: rules.exact(1e-5),
    },
    expectedBiased: {
      title: "over every possible batch: mean of σ_B² ÷ σ² − (m − 1)/m, the largest of all units and m",
      of: ({ estimates }) =>
        farthest(estimates.expected, ({ biased, batchSize }) =>
          biased.map((ratio) => ratio - share(batchSize)),
        ),
      rule: rules.exact(1e-5),
    },
    drawnUnbiased: {
      title:
        "over batches that were drawn: mean of m/(m − 1) · σ_B² ÷ σ² − 1, averaged over the units, the largest of all m",
      unit: "share",
      of: ({ estimates }) => farthest(estimates.drawn, ({ unbiased }) => [average(unbiased) - 1]),
      // Five times the standard error of the smallest draw, 2048 examples of 64 units in pairs.
      rule: rules.exact(0.03),
    },
    drawnBiased: {
      title: "over drawn batches of two: mean of σ_B² ÷ σ², averaged over the units",
      unit: "share",
      of: ({ estimates }) => average(estimates.drawn[0]!.biased),
    },
  },
  figures: (evidence) => {
    const measured = (way: "biased" | "unbiased") =>
      meanCurve(
        across(evidence, ({ estimates }: { estimates: PopulationVarianceResult }) =>
          estimates.drawn.map((each) => ({ x: each.batchSize, y: average(each[way]) })),
        ),
      );
    const sizes = measured("biased").map(({ x }) => Number(x));
    const plot = (origin: "published" | "measured", biased: typeof published, unbiased: typeof published) =>
      ({
        type: "plot",
        title: origin === "published" ? "published: (m − 1)/m, and 1" : "measured, batches drawn",
        origin,
        x: { label: "batch size m", scale: "log" },
        y: { label: "mean over batches ÷ population's variance", domain: [0, 1.1] },
        marks: [
          { type: "line", series: "σ_B²", points: biased, dots: true },
          { type: "line", series: "m/(m − 1) · σ_B²", points: unbiased, dots: true },
        ],
      }) satisfies Plot;
    const published = sizes.map((m) => ({ x: m as number | string, y: share(m) as number | null }));
    return [
      {
        title: "The batch's variance and the population's",
        caption: "Small batches have too small a variance, by the factor (m − 1)/m.",
        panels: [
          plot(
            "published",
            published,
            published.map(({ x }) => ({ x, y: 1 })),
          ),
          plot("measured", measured("biased"), measured("unbiased")),
        ],
      },
    ];
  },
});
