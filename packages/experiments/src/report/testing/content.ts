import { type Claim, claim } from "../../claim/claim.js";
import { judge } from "../../claim/judgement.js";
import { rules } from "../../claim/rule.js";
import type { Figure } from "../../figures/figure.js";
import type { ClaimReport, JudgedClaim, ReportContent } from "../content.js";

const figure: Figure = {
  title: "Accuracy <by> step",
  caption: "Left as published, right as measured.",
  panels: [
    {
      type: "table",
      title: "table 1",
      origin: "published",
      head: ["network", "accuracy"],
      rows: [["a & b", 0.5]],
    },
    {
      type: "plot",
      title: "measured",
      x: { label: "step" },
      y: { label: "accuracy", domain: [0, 1] },
      marks: [{ type: "line", series: "with batch norm", points: [0.1, 0.7, 0.9].map((y, x) => ({ x, y })) }],
    },
  ],
};

/** A claim whose text has all that HTML and Markdown take for something else. */
export function claimNamed(id: Claim["id"], details: Partial<Claim> = {}): Claim {
  return claim({
    id,
    title: `Title of ${id}`,
    statement: "It is <faster> & *higher*: |a_b| ~ 2, [c](d), of σ_B².",
    source: "section 4.1",
    published: "A figure\nonly.",
    setting: { smoke: "300 steps", laptop: "50,000 steps", paper: "As <published>." },
    runs: () => ({}),
    measures: {
      gain: { title: "accuracy, with − without", unit: "points", of: Number, rule: rules.above(0) },
      ratio: {
        title: "steps, without ÷ with",
        unit: "ratio",
        scale: "log",
        of: (value) => 1 + Number(value),
      },
    },
    remarks: { refuted: "The network is | shallower.", undecided: "The seeds differ." },
    figures: () => [figure],
    ...details,
  });
}

/** The claim, judged of measures whose `of` is given these values in the place of results. */
export function judged(claim: Claim, values: readonly number[]): JudgedClaim {
  const seeds = values.map((value, index) => ({ seed: index + 1, results: value as never }));
  return {
    claim,
    size: "laptop",
    seeds: seeds.map(({ seed }) => seed),
    seconds: 125,
    judgement: judge(claim, { size: "laptop", seeds }),
    figures: [figure],
  };
}

/** One claim of every outcome. */
export const reports: readonly ClaimReport[] = [
  judged(claimNamed("IS15-8"), [0.01, 0.02, 0.015, 0.012, 0.018]),
  judged(claimNamed("IS15-9"), [-0.01, -0.02, -0.015, -0.012, -0.018]),
  judged(claimNamed("BJ18-1"), [0.01, -0.02, 0.015, -0.012, 0.018]),
  {
    claim: claimNamed("BJ18-2"),
    size: "laptop",
    seeds: [1, 2],
    seconds: 3,
    error: "The loss is <NaN> | here.",
  },
];

/** All of a report, with these claims. */
export function contentOf(claims: readonly ClaimReport[]): ReportContent {
  return {
    claims,
    machine: { cpu: "A processor", cores: 2, memoryGiB: 8, system: "linux 6.1" },
    versions: { evenkeel: "0.1.0", node: "20.19.0" },
    begun: "2026-11-21T20:00:00.000Z",
    device: "cpu",
    seconds: 5000,
    runs: { count: 40, kept: 8, seconds: 9000 },
    command: "npx evenkeel-cli test-claim all --size laptop",
  };
}
