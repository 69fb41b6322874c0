import { layers, type Model, randomStream, sequential, type Tensor, tensor } from "evenkeel";
import { channelMoments } from "../probes/summaries.js";
import { experiment } from "./run.js";

/** A random network with one batch normalization behind one linear layer. */
export interface SmoothnessBoundSettings {
  /** What the linear layer is: of vectors, or of images of 4×4. */
  layer: "dense" | "conv2d";
  examples: number;
  /** Units j, or filters. */
  units: number;
}

/** The two sides of theorem 4.1 for one unit, all squared lengths over the m values of the unit. */
export interface UnitSmoothness {
  /** ‖∇_y L̂‖²: of the gradient with respect to the linear layer's output, behind which batch norm stands. */
  left: number;
  /** (γ²/σ²)(‖∇_y L‖² − ⟨1, ∇_y L⟩²/m − ⟨∇_y L, ŷ⟩²/m). */
  right: number;
  /** (γ²/σ²)‖∇_y L‖², what there would be without the two terms that batch norm takes away. */
  scaled: number;
}

/** Inputs of the linear layer. */
const channels = 5;
/** Height and width of images. */
const side = 4;
/** So small that it does not count beside the variances: the theorem has none. */
const epsilon = 1e-12;

/**
 * Both sides of the bound on the gradient (Santurkar et al. 2018, theorem 4.1), on random weights, γ, β, inputs and
 * labels. L is what follows on batch norm: a tanh, a dense layer, a cross-entropy. ∇_y L is its gradient with respect to
 * what it is given, as it would be for a network without batch norm that has the same activations.
 */
export const smoothnessBound = experiment<SmoothnessBoundSettings, UnitSmoothness[]>({
  name: "smoothness-bound",
  revision: 1,
  seconds: () => 0.3,
  async run({ layer, examples, units }, { seed, runtime }) {
    const isDense = layer === "dense";
    const model = sequential(
      [
        layers.inputLayer({ inputShape: isDense ? [channels] : [channels, side, side] }),
        isDense
          ? layers.dense({ name: "linear", units })
          : layers.conv2d({ name: "linear", filters: units, kernelSize: 3, padding: "same" }),
        layers.batchNormalization({ name: "normalization", epsilon }),
        layers.activation({ activation: "tanh" }),
        layers.flatten(),
        layers.dense({ units: 3 }),
      ],
      { seed, runtime },
    );
    try {
      return await sides(model, { examples, units, isDense, seed });
    } finally {
      await model.dispose();
    }
  },
});

async function sides(
  model: Model,
  { examples, units, isDense, seed }: { examples: number; units: number; isDense: boolean; seed: number },
): Promise<UnitSmoothness[]> {
  model.compile({ loss: "sparseCategoricalCrossentropy" });
  const random = randomStream(seed, "smoothness-bound");
  const drawn = (count: number, mean = 0) => Float32Array.from({ length: count }, () => random.normal(mean));
  const gamma = drawn(units, 1);
  await model.setWeights({
    "normalization/gamma": tensor(gamma),
    "normalization/beta": tensor(drawn(units)),
  });
  const shape = isDense ? [examples, channels] : [examples, channels, side, side];
  const x = tensor(
    drawn(
      shape.reduce((product, size) => product * size, 1),
      0.5,
    ),
    shape,
  );
  const y = tensor(Uint8Array.from({ length: examples }, () => random.integer(3)));
  const found = await model.inspect(x, y, {
    layers: ["linear"],
    layerGradients: ["linear", "normalization"],
  });
  const outputs = found.layers.linear!;
  const { mean, variance } = channelMoments(outputs);
  const values = byUnit(outputs);
  const normalized = byUnit(found.layerGradients.linear!);
  const plain = byUnit(found.layerGradients.normalization!);
  return values.map((values, unit) => {
    const factor = gamma[unit]! ** 2 / variance[unit]!;
    const m = values.length;
    const g = plain[unit]!;
    const standardized = values.map((value) => (value - mean[unit]!) / Math.sqrt(variance[unit]!));
    const square = dot(g, g);
    const takenAway = sum(g) ** 2 / m + dot(g, standardized) ** 2 / m;
    const left = dot(normalized[unit]!, normalized[unit]!);
    return { left, right: factor * (square - takenAway), scaled: factor * square };
  });
}

/** The values of each channel of `[N, C, …]`, in double precision. */
function byUnit({ shape, data }: Tensor<"float32">): number[][] {
  const [examples = 1, units = 1] = shape;
  const positions = data.length / (examples * units);
  return Array.from({ length: units }, (_, unit) =>
    Array.from({ length: examples * positions }, (_, index) => {
      const example = Math.floor(index / positions);
      return data[(example * units + unit) * positions + (index % positions)]!;
    }),
  );
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
