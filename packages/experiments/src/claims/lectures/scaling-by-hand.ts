import { claim } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import { scaledValues } from "../../runs/scaled-values.js";

/** The lecture's numbers. */
const example = { values: [20, 70, 90], range: [0, 100] } as const;

/** What the lecture says becomes of them. */
const normalized = [0.2, 0.7, 0.9];

const setting = "As in the lecture, in double precision stored as float32.";

/** AS22-6. */
export const normalizingAndStandardizing = claim({
  id: "AS22-6",
  title: "Normalising and standardising",
  statement:
    "Normalising takes values into [0, 1] and keeps their ratios; standardising gives them mean 0 and variance 1.",
  source: "the part on normalisation, before batch normalisation",
  published: "20, 70 and 90 on a range of 0 to 100 become 0.2, 0.7 and 0.9. Exact.",
  setting: { smoke: setting, laptop: setting, paper: setting },
  runs: () => ({ scaled: scaledValues(example) }),
  measures: {
    normalized: {
      title: "largest difference of the normalised values from 0.2, 0.7, 0.9",
      of: ({ scaled }) => largest(scaled.normalized.map((value, index) => value - normalized[index]!)),
      rule: rules.exact(1e-6),
    },
    ratios: {
      title: "largest change of a ratio to the first value by normalising",
      of: ({ scaled }) =>
        largest(
          scaled.normalized.map(
            (value, index) => value / scaled.normalized[0]! - example.values[index]! / example.values[0],
          ),
        ),
      rule: rules.exact(1e-6),
    },
    mean: {
      title: "mean of the standardised values",
      of: ({ scaled }) => average(scaled.standardized),
      rule: rules.exact(1e-6),
    },
    variance: {
      title: "variance of the standardised values − 1",
      of: ({ scaled }) => average(scaled.standardized.map((value) => value ** 2)) - 1,
      rule: rules.exact(1e-6),
    },
  },
  figures: ({ seeds }) => {
    const { normalized: ours, standardized } = seeds[0]!.results.scaled;
    const row = (name: string, values: readonly number[]) => [
      name,
      ...values.map((value) => value.toFixed(3)),
    ];
    return [
      {
        title: "Three values, scaled in both ways",
        caption: "Normalised, 90 is still 4.5 times 20; standardised, the values lie around 0.",
        panels: [
          {
            type: "table",
            title: "the lecture",
            origin: "published",
            head: ["", "first", "second", "third"],
            rows: [
              ["given", ...example.values],
              ["normalised", ...normalized],
            ],
          },
          {
            type: "table",
            title: "computed by the library",
            head: ["", "first", "second", "third"],
            rows: [["given", ...example.values], row("normalised", ours), row("standardised", standardized)],
          },
        ],
      },
    ];
  },
});

const largest = (values: readonly number[]) => Math.max(...values.map(Math.abs));

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
