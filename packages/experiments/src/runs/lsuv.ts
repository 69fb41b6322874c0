import { type Dataset, loadCheckpoint, type Model, take, tensor } from "evenkeel";
import { channelMoments } from "../probes/summaries.js";
import { keeperOf } from "./checkpoint.js";
import { load } from "./data.js";
import { build, type NetworkSettings } from "./network.js";
import { experiment } from "./run.js";
import { type TrainingResult, type TrainingSettings, train, training } from "./training.js";

/**
 * A training that begins with layer-sequential unit variance (LSUV; Mishkin & Matas 2016, arXiv 1511.06422): kernels are
 * orthonormal at first, then scaled on the first batch.
 */
export const lsuvTraining = experiment<TrainingSettings, TrainingResult>({
  name: "lsuv-training",
  revision: 1,
  seconds: (settings) => 0.2 + training.seconds(settings),
  async run(settings, context) {
    const { seed, runtime, checkpoint } = context;
    const data = await load(settings.data, context);
    const begun = checkpoint && (await loadCheckpoint(checkpoint.path, { runtime }).catch(() => undefined));
    const orthonormal: NetworkSettings = { ...settings.network, kernelInitializer: "orthogonal" };
    const model = begun ?? build(orthonormal, { seed, runtime });
    try {
      if (!begun) await scaleToUnitVariance(model, take(data.train, settings.batchSize));
      return await train(model, data, settings, context, undefined, checkpoint && keeperOf(checkpoint));
    } finally {
      await model.dispose();
    }
  },
});

/**
 * Divides the kernels of dense layers and convolutions, from the input on, by the standard deviation of what the layer
 * gives for a batch in training mode, over all its elements: its variance there is then 1. The layers must have no
 * activation of their own, and biases of 0. (Mishkin & Matas repeat the division until the variance is within 0.1 of 1;
 * on one and the same batch the first is exact.)
 */
export async function scaleToUnitVariance(model: Model, { x, y }: Dataset): Promise<void> {
  model.compile({ loss: "sparseCategoricalCrossentropy" });
  const weights = await model.getWeights();
  const names = model.layers.map(({ name }) => name).filter((name) => weights.has(`${name}/kernel`));
  for (const name of names) {
    const { layers } = await model.inspect(x, y, { layers: names });
    const { data } = layers[name]!;
    const [variance] = channelMoments({ shape: [data.length], data }).variance;
    // What gives a constant has no scale.
    if (!(variance! > 0)) continue;
    const kernel = weights.get(`${name}/kernel`)!;
    const deviation = Math.sqrt(variance!);
    const scaled = Float32Array.from(kernel.data as Float32Array, (value) => value / deviation);
    await model.setWeights({ [`${name}/kernel`]: tensor(scaled, kernel.shape) });
  }
}
