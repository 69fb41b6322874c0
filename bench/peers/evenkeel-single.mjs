// @ts-check
// One run of the graph for each step: `trainOnBatch`.
import { createModel, examples, threads, version } from "./evenkeel-model.mjs";
import { serve } from "./protocol.mjs";

await serve(`Evenkeel ${version}, ${threads} threads, trainOnBatch`, (batch) => {
  const model = createModel();
  return async (first) => {
    const { x, y } = examples(first, first + batch);
    const { loss } = await (await model).trainOnBatch(x, y);
    return /** @type {number} */ (loss);
  };
});
