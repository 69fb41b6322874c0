import { expect, it } from "vitest";
import { layers } from "../layers/index.js";
import { sequential } from "../model/index.js";
import type { Runtime } from "../runtime/index.js";
import { weightBits } from "../testing/bits.js";
import { classes, clusters, features, quiet } from "../testing/clusters.js";
import { singleThread } from "../testing/single-thread.js";

/** A training in runs of three steps of 20 out of 200 examples: the most examples it was fed at once, and its bits. */
async function trainingOn(copiesFeeds: boolean) {
  let most = 0;
  const runtime: Runtime = {
    ...singleThread,
    copiesFeeds,
    async load(model, label) {
      const program = await singleThread.load(model, label);
      return {
        run(feeds, state) {
          for (const [name, { shape }] of Object.entries(feeds)) {
            if (name.startsWith("data/x/")) most = Math.max(most, shape[0]!);
          }
          return program.run(feeds, state);
        },
        release: () => program.release(),
      };
    },
  };
  const model = sequential(
    [
      layers.dense({ units: 8, inputShape: [features] }),
      layers.batchNormalization(),
      layers.dense({ units: classes }),
    ],
    { runtime },
  );
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  const { x, y } = clusters(200);
  const losses: number[] = [];
  const onStepsEnd = (steps: readonly { logs: { loss?: number } }[]) =>
    void losses.push(...steps.map(({ logs }) => logs.loss!));
  await model.fit(x, y, { epochs: 2, batchSize: 20, callbacks: [{ interval: 3, onStepsEnd }], ...quiet });
  return { most, losses, bits: await weightBits(model) };
}

it("where a runtime copies what it is fed, a run gets its own examples only, with the same result", async () => {
  const [copied, whole] = [await trainingOn(true), await trainingOn(false)];
  expect(whole.most).toBe(200);
  expect(copied.most).toBe(60);
  expect(copied.losses).toHaveLength(20);
  expect(copied.losses).toEqual(whole.losses);
  expect(copied.bits).toEqual(whole.bits);
});
