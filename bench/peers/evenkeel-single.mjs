// @ts-check
// One run of the graph for each step: `trainOnBatch`.
import { createTraining } from "./evenkeel-model.mjs";
import { runtimeOn, version } from "./evenkeel-runtime.mjs";
import { Cannot, serve } from "./protocol.mjs";

const { runtime, where } = await runtimeOn();
await serve(`Evenkeel ${version}, ${where}, trainOnBatch`, async (work) => {
  if (work.task !== "train") throw new Cannot("for training only");
  const { model, count, slice } = await createTraining(work, runtime);
  return async (index) => {
    const first = (index * work.batch) % count;
    const { x, y } = slice(first, first + work.batch);
    const { loss } = await model.trainOnBatch(x, y);
    return /** @type {number} */ (loss);
  };
});
