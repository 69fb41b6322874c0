import { claim } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import type { Panel } from "../../figures/figure.js";
import { type NormalizedPointsResult, normalizedPoints } from "../../runs/normalized-points.js";

const values = [3, 5, 8, 9, 11, 24] as const;

const steps = ["x̂", "2x̂", "2x̂ + 0.5"] as const;

/** The lecture's numbers, computed to five digits. */
const expected: NormalizedPointsResult = {
  mean: 10,
  variance: 46,
  normalized: [-1.03209, -0.73721, -0.29488, -0.14744, 0.14744, 2.06419],
  scaled: [-2.06419, -1.47442, -0.58977, -0.29488, 0.29488, 4.12837],
  shifted: [-1.56419, -0.97442, -0.08977, 0.20512, 0.79488, 4.62837],
};

/** One unit of the fifth digit: half of it is the rounding of what is compared with, the rest that of float32. */
const lastDigit = rules.exact(1e-5);

const setting =
  "As in the lecture: the library's batch normalization in training mode, γ = 2, β = 0.5; ε = 10⁻¹², since the lecture has none.";

/** AS22-3. */
export const sixPoints = claim({
  id: "AS22-3",
  title: "Six points, step by step",
  statement:
    "Batch normalization subtracts the batch's mean, divides by its standard deviation, multiplies by a scale and adds an offset.",
  source: "the worked example with the scale 2 and the offset 0.5",
  published: "3, 5, 8, 9, 11 and 24: mean 10, biased variance 46; the values are derived, and exact.",
  setting: { smoke: setting, laptop: setting, paper: setting },
  runs: () => ({ points: normalizedPoints({ values, gamma: 2, beta: 0.5, epsilon: 1e-12 }) }),
  measures: {
    shifted: {
      title: "largest difference of 2x̂ + 0.5 from the table",
      of: ({ points }) => largestDifference(points.shifted, expected.shifted),
      rule: lastDigit,
    },
    normalized: {
      title: "largest difference of x̂ from the table",
      of: ({ points }) => largestDifference(points.normalized, expected.normalized),
      rule: lastDigit,
    },
    scaled: {
      title: "largest difference of 2x̂ from the table",
      of: ({ points }) => largestDifference(points.scaled, expected.scaled),
      rule: lastDigit,
    },
    mean: { title: "the batch's mean − 10", of: ({ points }) => points.mean - 10, rule: lastDigit },
    variance: { title: "its variance − 46", of: ({ points }) => points.variance - 46, rule: lastDigit },
  },
  figures: ({ seeds }) => {
    const { points } = seeds[0]!.results;
    return [
      {
        title: "The six points as a table",
        caption: "From column to column: standardised, twice as wide, moved up by a half.",
        panels: [
          { ...table(expected), title: "the lecture, values derived", origin: "published" },
          { ...table(points), title: "computed by the library" },
        ],
      },
      {
        title: "The six points on number lines",
        caption:
          "Every step is a number line; a colour is a point, named by its x, on its way through the steps.",
        panels: [
          { ...numberLines(expected), title: "the lecture, values derived", origin: "published" },
          { ...numberLines(points), title: "computed by the library" },
        ],
      },
    ];
  },
});

function table({ normalized, scaled, shifted }: NormalizedPointsResult): Panel {
  return {
    type: "table",
    title: "",
    head: ["x", ...steps],
    rows: values.map((value, index) => [
      value,
      ...[normalized, scaled, shifted].map((numbers) => numbers[index]!.toFixed(5)),
    ]),
  };
}

function numberLines({ normalized, scaled, shifted }: NormalizedPointsResult): Panel {
  return {
    type: "plot",
    title: "",
    x: { label: "step", scale: "band" },
    y: { label: "value" },
    marks: values.map((value, index) => ({
      type: "line",
      series: String(value),
      dots: true,
      points: [normalized, scaled, shifted].map((numbers, step) => ({ x: steps[step]!, y: numbers[index]! })),
    })),
  };
}

function largestDifference(found: readonly number[], wanted: readonly number[]): number {
  return Math.max(...found.map((value, index) => Math.abs(value - wanted[index]!)));
}
