import { claim } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import type { Size } from "../../runs/run.js";
import { smoothnessBound, type UnitSmoothness } from "../../runs/smoothness-bound.js";

const sizes = {
  smoke: { dense: { examples: 16, units: 8 }, images: { examples: 4, units: 4 } },
  laptop: { dense: { examples: 128, units: 100 }, images: { examples: 32, units: 16 } },
  paper: { dense: { examples: 128, units: 100 }, images: { examples: 32, units: 16 } },
} as const satisfies Record<Size, object>;

const setting = (size: Size) => {
  const { dense, images } = sizes[size];
  return `A dense layer of ${dense.units} units on ${dense.examples} examples, and a convolution of ${images.units} filters on ${images.examples} images of 4×4; weights, γ, β, inputs and labels are random. In float32; lengths are summed in double precision. γ is counted once: ∇L is the gradient with respect to what batch norm gives. The tolerance was 10⁻⁴ in a first measurement, which gave 3·10⁻⁷.`;
};

/** SA18-9. */
export const gradientBound = claim({
  id: "SA18-9",
  title: "The bound on the gradient",
  statement:
    "With batch normalization, the squared gradient with respect to a layer's output is at most γ²/σ² times what is left of the plain one without its mean and its part along the normalized output.",
  source: "theorem 4.1",
  published:
    "‖∇L̂‖² ≤ (γ²/σ²)(‖∇L‖² − ⟨1, ∇L⟩²/m − ⟨∇L, ŷ⟩²/m) (from a reader's notes). By our own derivation, the formulas of the backward pass give equality with ε → 0.",
  setting: { smoke: setting("smoke"), laptop: setting("laptop"), paper: setting("paper") },
  runs: (size: Size) => ({
    dense: smoothnessBound({ layer: "dense", ...sizes[size].dense }),
    images: smoothnessBound({ layer: "conv2d", ...sizes[size].images }),
  }),
  measures: {
    excess: {
      title: "how far the left side is above the right at most, as a share of (γ²/σ²)‖∇L‖²",
      of: ({ dense, images }) => Math.max(0, ...[...dense, ...images].map(difference)),
      rule: rules.exact(1e-5),
    },
    difference: {
      title: "the largest difference of the two sides, as a share of (γ²/σ²)‖∇L‖²",
      of: ({ dense, images }) => Math.max(...[...dense, ...images].map((unit) => Math.abs(difference(unit)))),
      rule: rules.exact(1e-5),
    },
    removed: {
      title: "what the two terms take away on average, as a share of (γ²/σ²)‖∇L‖²",
      unit: "share",
      of: ({ dense }) => dense.reduce((sum, { right, scaled }) => sum + 1 - right / scaled, 0) / dense.length,
    },
  },
  figures: ({ seeds }) => [
    {
      title: "Both sides of the bound",
      caption: "One dot for each unit of the dense layer, first seed: on the diagonal the sides are equal.",
      panels: [
        {
          type: "plot",
          title: "measured",
          x: { label: "right side", scale: "log" },
          y: { label: "left side", scale: "log" },
          marks: [
            {
              type: "dots",
              series: "unit",
              points: (seeds[0]?.results.dense ?? []).map(({ left, right }) => ({ x: right, y: left })),
            },
          ],
        },
      ],
    },
  ],
});

/** Left − right, as a share of what there would be without the two terms. */
function difference({ left, right, scaled }: UnitSmoothness): number {
  return (left - right) / scaled;
}
