// @ts-check
// Evenkeel as it is used: `fit`, which takes many steps in one run of the graph on the CPU and hands every step's loss
// back, and `predict`. The argument is the device.
import { createModel, createTraining, dataOf } from "./evenkeel-model.mjs";
import { normalizer } from "./evenkeel-normalization.mjs";
import { runtimeOn, version } from "./evenkeel-runtime.mjs";
import { parameters } from "./platform.mjs";
import { serve } from "./protocol.mjs";

const { runtime, where } = await runtimeOn(parameters[0]);
await serve(`Evenkeel ${version}, ${where}`, (work) => {
  if (work.task === "train") return trainer(work);
  return work.task === "predict" ? predictor(work) : normalizer(work, runtime);
});

/** @param {import("../workloads.mjs").Training} work */
async function trainer(work) {
  const { model, count, slice } = await createTraining(work, runtime);
  const stepsInData = count / work.batch;
  /** @type {number[]} */
  const losses = [];
  const keepLosses = {
    onStepsEnd(/** @type {readonly import("evenkeel").StepLogs[]} */ taken) {
      for (const { logs } of taken) losses.push(/** @type {number} */ (logs.loss));
    },
  };
  return {
    /** @param {number} first @param {number} steps */
    async steps(first, steps) {
      losses.length = 0;
      while (losses.length < steps) {
        // As far as the data goes, then from its beginning.
        const start = (first + losses.length) % stepsInData;
        const end = Math.min(start + steps - losses.length, stepsInData);
        const { x, y } = slice(start * work.batch, end * work.batch);
        await model.fit(x, y, {
          batchSize: work.batch,
          shuffle: false,
          callbacks: [keepLosses],
          onWarning: () => {},
        });
      }
      return [...losses];
    },
  };
}

/** @param {import("../workloads.mjs").Inference} work */
async function predictor({ network, data, batch }) {
  const model = await createModel(network, runtime);
  const { count, slice } = dataOf(network, data);
  return async (/** @type {number} */ index) => {
    const first = (index * batch) % count;
    const { data: logits } = await model.predict(slice(first, first + batch).x, { batchSize: batch });
    return logits;
  };
}
