import { claim, type Evidence } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import type { Table } from "../../figures/figure.js";
import { type GradientErrors, type IdentityResult, identities } from "../../runs/identities.js";
import type { Size } from "../../runs/run.js";

const plan = {
  smoke: { examples: 32, units: 16 },
  laptop: { examples: 64, units: 64 },
  paper: { examples: 256, units: 128 },
} as const satisfies Record<Size, object>;

/** One random batch, on which everything exact is computed. */
const computed = (size: Size) => ({ exact: identities(plan[size]) });

type Computed = ReturnType<typeof computed>;

/** Some hundred roundings of float32: what sums over a batch of this size may gather. */
const rounding = rules.exact(1e-5);

/** Central differences in double precision leave an error of about the square of their step, 10⁻⁴. */
const differences = rules.exact(1e-6);

const setting = (what: string) => ({
  smoke: `32 random examples of 16 units. ${what}`,
  laptop: `64 random examples of 64 units. ${what}`,
  paper: `256 random examples of 128 units. ${what}`,
});

const largest = (evidence: Evidence<Computed>, of: (result: IdentityResult) => number) =>
  Math.max(...across(evidence, ({ exact }) => Math.abs(of(exact))));

const errors = (rows: Table["rows"]): Table => ({
  type: "table",
  title: "measured: the largest error of all seeds",
  head: ["", "error"],
  rows: rows.map(([name = "", error]) => [name, Number(error).toExponential(1)]),
});

/** IS15-1. */
export const meanAndVariance = claim({
  id: "IS15-1",
  title: "Mean 0 and variance 1",
  statement: "In every batch, the normalized values of a unit have mean 0 and biased variance 1.",
  source: "section 3, algorithm 1",
  published: "Exact, with ε neglected; with it, the variance is σ²/(σ² + ε).",
  setting: setting(
    "Deviations from 0.01 to 100 around means of some deviations; ε = 0.001, so that narrow units are far from variance 1, and the formula with ε is what is tested. Vectors, and images of 4×4.",
  ),
  runs: computed,
  measures: {
    mean: {
      title: "largest |mean| of a channel",
      of: ({ exact }) => exact.normalized.mean,
      rule: rounding,
    },
    variance: {
      title: "largest |variance − σ²/(σ² + ε)| of a channel",
      of: ({ exact }) => exact.normalized.variance,
      rule: rounding,
    },
  },
  figures: (evidence) => [
    {
      title: "What is left of mean and variance",
      caption: "Both should be 0, up to the roundings of float32 (6·10⁻⁸ each).",
      panels: [
        errors([
          ["|mean|", largest(evidence, ({ normalized }) => normalized.mean)],
          ["|variance − σ²/(σ² + ε)|", largest(evidence, ({ normalized }) => normalized.variance)],
        ]),
      ],
    },
  ],
});

const worst = ({ x, gamma, beta }: GradientErrors) => Math.max(x, gamma, beta);

/** IS15-2. */
export const gradientsAsStated = claim({
  id: "IS15-2",
  title: "The gradients",
  statement:
    "The stated gradients with respect to a unit's values, its scale and its shift are right; they go through the batch's mean and variance.",
  source: "section 3, the six formulas after algorithm 1",
  published: "Exact.",
  setting: setting(
    "Batch norm with random γ and β, and the squared error to random targets. Errors in ∂L/∂x are shares of the largest gradient of the unit, those in ∂L/∂γ and ∂L/∂β of the largest of all units.",
  ),
  runs: computed,
  measures: {
    stated: {
      title: "the stated formulas − central differences, in double precision",
      of: ({ exact }) => worst(exact.gradients.stated),
      rule: differences,
    },
    evenkeel: {
      title: "what Evenkeel trains with, in float32 − central differences",
      of: ({ exact }) => worst(exact.gradients.evenkeel),
      rule: rounding,
    },
    constant: {
      title: "the gradient with mean and variance taken for constants − central differences",
      of: ({ exact }) => exact.gradients.constant.x,
    },
  },
  figures: (evidence) => [
    {
      title: "Errors of three ways to take the gradient",
      caption:
        "Against central differences; ∂L/∂x as shares of the largest gradient of the unit, the others of the largest of all units. Without the statistics' terms the gradient of the values is another one altogether; those of γ and β do not need them.",
      panels: [
        {
          type: "table",
          title: "measured: the largest error of all seeds",
          head: ["", "∂L/∂x", "∂L/∂γ", "∂L/∂β"],
          rows: (["stated", "evenkeel", "constant"] as const).map((way) => [
            { stated: "as stated", evenkeel: "Evenkeel, float32", constant: "statistics constant" }[way],
            ...(["x", "gamma", "beta"] as const).map((part) =>
              largest(evidence, ({ gradients }) => gradients[way][part]).toExponential(1),
            ),
          ]),
        },
      ],
    },
  ],
});

/** IS15-4. */
export const identityRecovered = claim({
  id: "IS15-4",
  title: "The identity can be learned",
  statement: "With γ = √Var[x] and β = E[x], batch norm gives back what it was given.",
  source: "section 3, before algorithm 1",
  published: "Exact, with ε neglected; with it, for γ = √(Var[x] + ε).",
  setting: setting("γ = √(σ² + ε) and β = μ of the batch, ε = 0.001."),
  runs: computed,
  measures: {
    restored: {
      title: "max|y − x| as a share of the unit's largest |x|",
      of: ({ exact }) => exact.restored,
      rule: rounding,
    },
  },
  figures: (evidence) => [
    {
      title: "What is lost on the way through and back",
      caption: "It should be 0, up to the roundings of float32.",
      panels: [errors([["max|y − x| ÷ max|x|", largest(evidence, ({ restored }) => restored)]])],
    },
  ],
});

/** IS15-6. */
export const biasWithoutEffect = claim({
  id: "IS15-6",
  title: "A bias before batch norm",
  statement:
    "A bias before batch norm changes nothing, and gets no gradient: the mean's subtraction cancels it.",
  source: "section 3.2",
  published: "Exact: the gradient is 0.",
  setting: setting("A dense layer with and without a random bias of deviation 1, in front of batch norm."),
  runs: computed,
  measures: {
    output: {
      title: "largest change of an output by the bias",
      of: ({ exact }) => exact.bias.output,
      rule: rounding,
    },
    gradient: {
      title: "largest |∂L/∂b| as a share of the sum over the batch of |∂L/∂x|",
      of: ({ exact }) => exact.bias.gradient,
      rule: rounding,
    },
  },
  figures: (evidence) => [
    {
      title: "What a bias does",
      caption: "Both should be 0, up to the roundings of float32.",
      panels: [
        errors([
          ["change of the outputs", largest(evidence, ({ bias }) => bias.output)],
          ["|∂L/∂b| ÷ Σ|∂L/∂x|", largest(evidence, ({ bias }) => bias.gradient)],
        ]),
      ],
    },
  ],
});

const overFactors =
  (of: (scaled: IdentityResult["scaled"][number]) => number) => (results: { exact: IdentityResult }) =>
    Math.max(...results.exact.scaled.map(of));

/** IS15-7. */
export const scaleInvariance = claim({
  id: "IS15-7",
  title: "The scale of the weights",
  statement:
    "Multiplying the weights by a leaves batch norm's output and the gradient of its input unchanged, and divides the gradient of the weights by a.",
  source: "section 3.3",
  published:
    "Exact, with ε neglected: BN((aW)u) = BN(Wu), ∂BN((aW)u)/∂u = ∂BN(Wu)/∂u, ∂BN((aW)u)/∂(aW) = 1/a · ∂BN(Wu)/∂W.",
  setting: setting(
    "a from 0.1 to 100; ε = 10⁻¹⁰, since it would have to be scaled by a². Gradients are those of the squared error to random targets, their errors shares of the largest entry.",
  ),
  runs: computed,
  measures: {
    output: {
      title: "largest |BN((aW)u) − BN(Wu)|",
      of: overFactors(({ output }) => output),
      rule: rounding,
    },
    inputGradient: {
      title: "largest change of ∂L/∂u",
      of: overFactors(({ inputGradient }) => inputGradient),
      rule: rounding,
    },
    kernelGradient: {
      title: "largest difference of a · ∂L/∂(aW) from ∂L/∂W",
      of: overFactors(({ kernelGradient }) => kernelGradient),
      rule: rounding,
    },
  },
  figures: (evidence) => {
    const scaled = across(evidence, ({ exact }) => exact.scaled);
    const plot = (origin: "published" | "measured", y: (factor: number, index: number) => number) =>
      ({
        type: "plot",
        title: origin === "published" ? "published: 1/a" : "measured",
        origin,
        x: { label: "a", scale: "log" },
        y: { label: "‖∂L/∂(aW)‖ ÷ ‖∂L/∂W‖", scale: "log" },
        marks: [
          {
            type: "line",
            series: "gradient of the weights",
            dots: true,
            points: (scaled[0] ?? []).map(({ factor }, index) => ({ x: factor, y: y(factor, index) })),
          },
        ],
      }) as const;
    const meanLength = (index: number) =>
      scaled.reduce((sum, each) => sum + each[index]!.kernelGradientLength, 0) / scaled.length;
    return [
      {
        title: "Larger weights get smaller gradients",
        caption:
          "The length of the weights' gradient when they are multiplied by a; the mean over the seeds.",
        panels: [
          plot("published", (factor) => 1 / factor),
          plot("measured", (_, index) => meanLength(index)),
        ],
      },
    ];
  },
});
