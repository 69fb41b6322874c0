import { describe, expect, it } from "vitest";
import { layers } from "../layers/index.js";
import type { Model } from "../model/index.js";
import { rows } from "../tensor/tensor.js";
import { weightBits } from "../testing/bits.js";
import { clusterNetwork, clusters, quiet } from "../testing/clusters.js";

const { x, y } = clusters(120);
const fit = (model: Model) => model.fit(x, y, { epochs: 2, batchSize: 16, ...quiet });

/** The names of the weights that an action changes. */
async function changed(model: Model, action: () => Promise<unknown>): Promise<string[]> {
  const before = await weightBits(model);
  await action();
  const after = await weightBits(model);
  return Object.keys(before).filter((name) => before[name] !== after[name]);
}

const hidden = ["hidden/kernel", "hidden/bias"];
const norm = ["norm/gamma", "norm/beta", "norm/runningMean", "norm/runningVariance"];
const output = ["output/kernel", "output/bias"];

describe.each(["sgd", "adam"] as const)(
  "frozen layers stay frozen [complaint 4, keras-team/keras#7085, #6570], %s",
  (optimizer) => {
    it("changes every weight and statistic when nothing is frozen", async () => {
      const model = clusterNetwork({ optimizer });
      expect(await changed(model, () => fit(model))).toEqual([...hidden, ...norm, ...output]);
    });

    it("keeps a batch normalization's statistics, gamma and beta bit for bit, frozen after compile", async () => {
      const model = clusterNetwork({ optimizer });
      await fit(model);
      model.getLayer("norm").trainable = false;
      expect(await changed(model, () => fit(model))).toEqual([...hidden, ...output]);
      expect(await changed(model, () => model.trainOnBatch(x, y))).toEqual([...hidden, ...output]);
    });

    it("runs a frozen batch normalization in inference mode: a batch trains as its rows are predicted", async () => {
      const model = clusterNetwork({ optimizer });
      await fit(model);
      const some = [rows(x, 0, 30), rows(y, 0, 30)] as const;
      const inference = await model.evaluate(...some);
      expect((await model.inspect(...some)).measures.loss).not.toBeCloseTo(inference.loss!, 4);
      model.getLayer("norm").trainable = false;
      expect((await model.inspect(...some)).measures.loss).toBeCloseTo(inference.loss!, 6);
    });

    it("keeps a dense layer's kernel and bias, and those before it train on", async () => {
      const model = clusterNetwork({ optimizer });
      await fit(model);
      model.getLayer("output").trainable = false;
      expect(await changed(model, () => fit(model))).toEqual([...hidden, ...norm]);
    });

    it("lets a layer train again, with the optimizer's tensors that it had", async () => {
      const model = clusterNetwork({ optimizer });
      await fit(model);
      for (const layer of model.layers) layer.trainable = false;
      expect(await changed(model, () => fit(model))).toEqual([]);
      for (const layer of model.layers) layer.trainable = true;
      expect(await changed(model, () => fit(model))).toEqual([...hidden, ...norm, ...output]);
    });

    it("lets a layer train that was frozen from the beginning", async () => {
      const model = clusterNetwork({
        optimizer,
        hidden: [
          layers.dense({ units: 8, name: "hidden", trainable: false }),
          layers.batchNormalization({ name: "norm", trainable: false }),
        ],
      });
      expect(await changed(model, () => fit(model))).toEqual(output);
      model.getLayer("hidden").trainable = true;
      expect(await changed(model, () => fit(model))).toEqual([...hidden, ...output]);
    });
  },
);
