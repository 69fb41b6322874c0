// @ts-check
// As `fit` trains: runs of many steps in one graph, every step's loss handed back.
import { createModel, examples, threads, version } from "./evenkeel-model.mjs";
import { serve } from "./protocol.mjs";

await serve(`Evenkeel ${version}, ${threads} threads, fit`, (batch) => {
  const model = createModel();
  /** @type {number[]} */
  const losses = [];
  const keepLosses = {
    onStepsEnd(/** @type {readonly import("evenkeel").StepLogs[]} */ taken) {
      for (const { logs } of taken) losses.push(/** @type {number} */ (logs.loss));
    },
  };
  return {
    async steps(first, count) {
      losses.length = 0;
      const { x, y } = examples(first, first + count * batch);
      await (await model).fit(x, y, {
        batchSize: batch,
        shuffle: false,
        callbacks: [keepLosses],
        onWarning: () => {},
      });
      return [...losses];
    },
  };
});
