import { mean } from "simple-statistics";
import { claim } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import { meanCurve } from "../../figures/curves.js";
import { type BatchError, type GradientNoiseResult, gradientNoise } from "../../runs/gradient-noise.js";
import type { Size } from "../../runs/run.js";
import { images, residual } from "./networks.js";

const plan = {
  smoke: { depth: 8, examples: 32, batchSizes: [1, 2, 3, 4, 8, 16], draws: 500 },
  laptop: { depth: 8, examples: 256, batchSizes: [1, 2, 3, 4, 8, 16, 32, 64, 128], draws: 2000 },
  paper: { depth: 110, examples: 1024, batchSizes: [1, 2, 3, 4, 16, 32, 64, 128, 512], draws: 2000 },
} as const satisfies Record<Size, object>;

const rates = [0.001, 0.01, 0.1] as const;

const noiseOf = (size: Size) => {
  const { depth, ...batches } = plan[size];
  return gradientNoise({
    data: images(size, { train: 1024 }),
    network: residual(size, depth, "nowhere"),
    ...batches,
    enumerated: 6,
  });
};

/** Error ÷ bound for every batch size. */
const shares = (errors: readonly BatchError[]) => errors.map(({ error, bound }) => error / bound);

/** What drawing without replacement leaves of the bound: (N − |B|)/(N − 1). */
const leftOf = (examples: number, batchSize: number) => (examples - batchSize) / (examples - 1);

/** How many times the expected error the drawn batches had, mean over the sizes below all examples. */
const drawnShare = ({ drawn, examples }: GradientNoiseResult) =>
  mean(drawn.map(({ error, bound, batchSize }) => error / bound / leftOf(examples, batchSize)));

/** What rounding in float32 may make of a difference that is none. */
const rounding = 1e-4;

/** BJ18-3. */
export const noiseBound = claim({
  id: "BJ18-3",
  title: "Gradient noise by rate and batch size",
  statement:
    "The expected squared error of a step of SGD is at most α²C/|B|: a larger rate α acts as a smaller batch B.",
  source: "section 2",
  published:
    "E‖α∇ℓ − α∇_SGD‖² ≤ (α²/|B|)·C with C = E‖∇ℓ_i − ∇ℓ‖², a bound that is proved. With replacement it is equality (derived).",
  setting: {
    smoke: "A small ResNet-8 on 32 digits",
    laptop:
      "ResNet-8 without batch norm at initialisation. All batches of up to 4 out of 6 images are enumerated for the exact expectations; 2000 batches of each size up to 128 are drawn from 256 images as a training draws them. These errors follow from the gradients of single images: of a batch of each size the gradient is taken as a training takes it, and compared with the mean of theirs.",
    paper: "ResNet-110, batches of up to 512 from 1024 images.",
  },
  runs: (size) => ({ noise: noiseOf(size) }),
  measures: {
    gradients: {
      title:
        "gradient of a drawn batch against the mean of its images' gradients, largest difference ÷ length",
      of: ({ noise }) => Math.max(...noise.batchGradients.map(({ difference }) => difference)),
      rule: rules.exact(rounding),
    },
    excess: {
      title: "how far the error exceeds the bound without replacement",
      of: ({ noise }) => Math.max(0, ...shares(noise.withoutReplacement).map((share) => share - 1)),
      rule: rules.exact(1e-6),
    },
    drawn: {
      title: "error of drawn batches ÷ C/|B|·(N−|B|)/(N−1), mean over the batch sizes",
      of: ({ noise }) => drawnShare(noise),
      unit: "ratio",
      rule: rules.between(0.9, 1.1),
    },
    equality: {
      title: "error ÷ bound − 1 with replacement, the largest in size (an identity of any vectors)",
      of: ({ noise }) => Math.max(...shares(noise.withReplacement).map((share) => Math.abs(share - 1))),
    },
  },
  figures: (evidence) => [
    {
      title: "Squared error of a step",
      caption: "Dots: drawn batches, mean over the seeds. Line: the bound α²C/|B|, against α²/|B|.",
      panels: [
        {
          type: "plot",
          title: "measured",
          x: { label: "α²/|B|", scale: "log" },
          y: { label: "E‖α∇ℓ − α∇SGD‖²", scale: "log" },
          marks: [
            ...rates.map((rate) => ({
              type: "dots" as const,
              series: `α = ${rate}`,
              points: meanCurve(
                across(evidence, ({ noise }) =>
                  noise.drawn.map(({ batchSize, error }) => ({
                    x: rate ** 2 / batchSize,
                    y: rate ** 2 * error,
                  })),
                ),
              ),
            })),
            {
              type: "line" as const,
              series: "bound",
              points: meanCurve(
                across(evidence, ({ noise }) =>
                  rates.flatMap((rate) =>
                    noise.drawn.map(({ batchSize, bound }) => ({
                      x: rate ** 2 / batchSize,
                      y: rate ** 2 * bound,
                    })),
                  ),
                ),
              ).sort((a, b) => Number(a.x) - Number(b.x)),
            },
          ],
        },
      ],
    },
  ],
  remarks: {
    refuted:
      "The measure whose verdict is refuted says which part of the bound did not hold; what was allowed is beside it.",
    undecided:
      "The expectations that are enumerated and the gradients of batches decide at any number of seeds; the mean error of batches drawn at random does so only from five seeds on, and where its interval lies within 10 %.",
  },
});
