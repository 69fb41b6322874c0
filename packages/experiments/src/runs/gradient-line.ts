import { alongGradient } from "../probes/along-gradient.js";
import { batchAt } from "../probes/batch.js";
import { orNull } from "../probes/weight-space.js";
import { stepSeconds } from "./cost.js";
import { type DataSettings, load } from "./data.js";
import { build, type NetworkSettings } from "./network.js";
import { type OptimizerSettings, optimizerOf } from "./optimizer.js";
import { experiment } from "./run.js";

/** The first steps of a training, before some of which the loss is followed along the gradient of their batch. */
export interface GradientLineSettings {
  data: DataSettings;
  network: NetworkSettings;
  optimizer: OptimizerSettings;
  batchSize: number;
  /** Numbers of batches, from 1, in increasing order. */
  batches: readonly number[];
  /** The step sizes s at which the loss is taken, in increasing order. */
  stepSizes: readonly number[];
}

/** The loss along the gradient, by batch. */
export interface GradientLineResult {
  stepSizes: readonly number[];
  /** Up to the first whose loss is no finite number. */
  batches: {
    batch: number;
    loss: number;
    /** L(w − s∇L(w)) / L(w) by step size; null where it is no finite number. */
    relativeLosses: (number | null)[];
  }[];
}

/** Follows the loss along the gradient early in training (Bjorck et al. 2018, figure 3). */
export const gradientLine = experiment<GradientLineSettings, GradientLineResult>({
  name: "gradient-line",
  revision: 1,
  seconds: ({ network, data, batchSize, batches, stepSizes }) => {
    const step = stepSeconds(network, data, batchSize);
    return 0.3 + 2 * step * (batches.at(-1)! + batches.length * (1 + stepSizes.length / 3));
  },
  async run(settings, { seed, runtime, source, signal, progress }) {
    const { batchSize, batches, stepSizes, optimizer } = settings;
    const { train } = await load(settings.data, { source });
    const model = build(settings.network, { seed, runtime });
    try {
      model.compile({ optimizer: optimizerOf(optimizer), loss: "sparseCategoricalCrossentropy" });
      const result: GradientLineResult = { stepSizes, batches: [] };
      const last = batches.at(-1)!;
      for (let batch = 1; batch <= last; batch++) {
        signal.throwIfAborted();
        progress((batch - 1) / last);
        const { x, y } = batchAt(train, (batch - 1) * batchSize, batchSize);
        if (batches.includes(batch)) {
          const { loss, points } = await alongGradient(model, { x, y }, stepSizes, { gradients: false });
          if (!Number.isFinite(loss)) return result;
          const relativeLosses = points.map((point) =>
            point.loss === null ? null : orNull(point.loss / loss),
          );
          result.batches.push({ batch, loss, relativeLosses });
        }
        if (batch < last) await model.trainOnBatch(x, y);
      }
      return result;
    } finally {
      await model.dispose();
    }
  },
});
