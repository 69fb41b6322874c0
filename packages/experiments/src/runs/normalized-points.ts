import { layers, optimizers, sequential, tensor } from "evenkeel";
import { experiment } from "./run.js";

/** A batch of one feature, and what batch normalization is set to. */
export interface NormalizedPointsSettings {
  /** At least two. */
  values: readonly number[];
  /** The scale. */
  gamma: number;
  /** The offset. */
  beta: number;
  epsilon: number;
}

/** The batch at each step of batch normalization. */
export interface NormalizedPointsResult {
  mean: number;
  /** Biased. */
  variance: number;
  /** x̂. */
  normalized: number[];
  /** γx̂. */
  scaled: number[];
  /** γx̂ + β. */
  shifted: number[];
}

/** Takes a batch of one feature through the library's batch normalization in training mode, step by step. */
export const normalizedPoints = experiment<NormalizedPointsSettings, NormalizedPointsResult>({
  name: "normalized-points",
  revision: 1,
  seconds: () => 0.1,
  async run({ values, gamma, beta, epsilon }, { seed, runtime }) {
    const x = tensor(Float32Array.from(values), [values.length, 1]);
    // At a momentum of 0 the running statistics are those of the last batch.
    const model = sequential(
      [
        layers.inputLayer({ inputShape: [1] }),
        layers.batchNormalization({ name: "normalization", momentum: 0, epsilon }),
      ],
      { seed, runtime },
    );
    const outputs = async (scale: number, offset: number) => {
      await model.setWeights({
        "normalization/gamma": tensor(Float32Array.of(scale)),
        "normalization/beta": tensor(Float32Array.of(offset)),
      });
      const { layers: found } = await model.inspect(x, x, { layers: ["normalization"] });
      return Array.from(found.normalization!.data);
    };
    try {
      model.compile({ optimizer: optimizers.sgd(), loss: "meanSquaredError" });
      const [normalized, scaled, shifted] = [
        await outputs(1, 0),
        await outputs(gamma, 0),
        await outputs(gamma, beta),
      ];
      await model.trainOnBatch(x, x);
      const weights = await model.getWeights();
      const statistic = (name: string) => Number(weights.get(`normalization/${name}`)!.data[0]);
      return {
        mean: statistic("runningMean"),
        variance: statistic("runningVariance"),
        ...{ normalized, scaled, shifted },
      };
    } finally {
      await model.dispose();
    }
  },
});
