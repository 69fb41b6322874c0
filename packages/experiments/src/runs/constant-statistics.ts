import { type Model, type Tensor, tensor } from "evenkeel";
import { channelMoments, norm } from "../probes/summaries.js";
import { type DataSettings, load } from "./data.js";
import { build } from "./network.js";
import { experiment } from "./run.js";

/** A network with one normalized hidden layer, trained by gradients that do or do not know of the statistics. */
export interface ConstantStatisticsSettings {
  /** All training examples make the one batch of every step. */
  data: DataSettings;
  /** Units of the hidden layer, whose bias comes before the normalization. */
  units: number;
  /** What is normalized: the `mean` alone, as in the paper's example, or mean and `variance`. */
  normalized: "mean" | "variance";
  /** Whether the gradient goes `through` the batch's statistics, or takes them for `constant`. */
  statistics: "through" | "constant";
  /** What is learned: the hidden layer's `bias` alone, or `all` weights. */
  learned: "bias" | "all";
  /** Rate of the gradient descent. */
  learningRate: number;
  steps: number;
}

/** What became of the bias and the loss. */
export interface ConstantStatisticsResult {
  /** `diverged`: the loss was no finite number any more. */
  outcome: "finished" | "diverged";
  /** From before the first step on. */
  points: {
    step: number;
    /** With the batch's own statistics, as in training. */
    loss: number;
    /** How far the bias is from where it began: the length of the difference. */
    moved: number;
  }[];
}

/**
 * Trains dense – normalization – ReLU – dense by gradient descent on one batch, with or without the statistics' terms in
 * the gradient. Without them, a step is what section 2 of Ioffe & Szegedy 2015 warns of: the statistics are computed
 * outside of it. Here: the batch's mean and variance are written into the running statistics; the gradient is taken in
 * inference mode, which takes these for constants; the weights take the step in plain numbers; then the statistics are
 * computed anew. The normalization has no learned scale and shift, so that nothing but the bias can shift a unit.
 */
export const constantStatistics = experiment<ConstantStatisticsSettings, ConstantStatisticsResult>({
  name: "constant-statistics",
  revision: 1,
  seconds: ({ steps, units }) => 0.2 + steps * (0.002 + units * 1e-5),
  async run(settings, { seed, runtime, source, signal, progress }) {
    const { data, units, normalized, statistics, learned, learningRate, steps } = settings;
    const { train: batch } = await load(data, { source });
    const hasVariance = normalized === "variance";
    const model = build(
      {
        family: "mlp",
        inputShape: batch.x.shape.slice(1),
        units: [units],
        useBias: true,
        preprocessing: data.binary ? [] : [{ type: "rescaling", scale: 1 / 255 }],
        normalization: {
          type: hasVariance ? "batchNormalization" : "meanOnlyBatchNormalization",
          center: false,
          scale: false,
        },
      },
      { seed, runtime },
    );
    try {
      model.compile({ loss: "sparseCategoricalCrossentropy" });
      const names = learned === "bias" ? [bias] : ["dense_1/kernel", bias, "output/kernel", "output/bias"];
      const result: ConstantStatisticsResult = { outcome: "finished", points: [] };
      const first = await weightOf(model, bias);
      for (let step = 0; step <= steps; step++) {
        signal.throwIfAborted();
        const { loss, gradients } = await gradientsOf(model, batch, { names, statistics, hasVariance });
        if (!Number.isFinite(loss)) return { ...result, outcome: "diverged" };
        const now = await weightOf(model, bias);
        result.points.push({ step, loss, moved: norm(now.map((value, i) => value - first[i]!)) });
        if (step < steps) await descend(model, gradients, learningRate);
        progress(step / steps);
      }
      return result;
    } finally {
      await model.dispose();
    }
  },
});

const bias = "dense_1/bias";

/** The loss by the batch's statistics, and the gradients of the weights. */
async function gradientsOf(
  model: Model,
  { x, y }: { x: Tensor; y: Tensor },
  {
    names,
    statistics,
    hasVariance,
  }: { names: string[]; statistics: ConstantStatisticsSettings["statistics"]; hasVariance: boolean },
): Promise<{ loss: number; gradients: Record<string, Tensor<"float32">> }> {
  const through = await model.inspect(x, y, { layers: ["dense_1"], weightGradients: names });
  const loss = through.measures.loss!;
  if (statistics === "through") return { loss, gradients: through.weightGradients };
  const { mean, variance } = channelMoments(through.layers.dense_1!);
  await model.setWeights({
    "dense_1_normalization/runningMean": tensor(mean),
    ...(hasVariance && { "dense_1_normalization/runningVariance": tensor(variance) }),
  });
  const constant = await model.inspect(x, y, { training: false, weightGradients: names });
  return { loss, gradients: constant.weightGradients };
}

async function descend(
  model: Model,
  gradients: Record<string, Tensor<"float32">>,
  learningRate: number,
): Promise<void> {
  const weights = await model.getWeights();
  const stepped = Object.entries(gradients).map(([name, gradient]) => {
    const { data, shape } = weights.get(name) as Tensor<"float32">;
    return [
      name,
      tensor(
        data.map((value, i) => value - learningRate * gradient.data[i]!),
        shape,
      ),
    ] as const;
  });
  await model.setWeights(new Map(stepped));
}

async function weightOf(model: Model, name: string): Promise<Float32Array> {
  return (await model.getWeights()).get(name)!.data as Float32Array;
}
