import { beforeAll, describe, expect, it } from "vitest";
import { input, layers } from "../layers/index.js";
import { optimizers } from "../optimizers/index.js";
import { randomStream } from "../random/stream.js";
import type { Runtime } from "../runtime/runtime.js";
import { rows, type Tensor, tensor } from "../tensor/tensor.js";
import { normal } from "../testing/batches.js";
import { expectClose } from "../testing/expect-close.js";
import { singleThread } from "../testing/single-thread.js";
import { functional, type Model } from "./index.js";

const plainRuntime: Runtime = { ...singleThread, channelBlock: async () => 1 };

function residual(runtime: Runtime): Model {
  const begin = input({ shape: [3, 8, 8], name: "begin" });
  const conv = (filters: number, name: string, options: object = {}) =>
    layers.conv2d({ filters, kernelSize: 3, padding: "same", useBias: false, name, ...options });
  const norm = (name: string) => layers.batchNormalization({ name, momentum: 0.9 });
  const relu = () => layers.activation({ activation: "relu" });
  let x = relu().apply(norm("norm_0").apply(conv(16, "conv_0").apply(begin)));
  const a = norm("norm_2").apply(conv(16, "conv_2").apply(relu().apply(norm("norm_1").apply(conv(16, "conv_1").apply(x)))));
  x = relu().apply(layers.add({ name: "sum_1" }).apply([x, a]));
  const b = norm("norm_4").apply(conv(32, "conv_4").apply(relu().apply(norm("norm_3").apply(conv(32, "conv_3", { strides: 2 }).apply(x)))));
  const s = norm("norm_s").apply(conv(32, "conv_s", { strides: 2, kernelSize: 1, padding: "valid", useBias: true }).apply(x));
  x = relu().apply(layers.add({ name: "sum_2" }).apply([s, b]));
  const pooled = layers.globalAveragePooling2d({ name: "pool" }).apply(x);
  const model = functional({ inputs: begin, outputs: layers.dense({ units: 4, name: "out" }).apply(pooled), seed: 3, runtime });
  model.compile({ optimizer: optimizers.sgd({ learningRate: 0.05, momentum: 0.9 }), loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}
const x = normal(randomStream(1, "images"), [40, 3, 8, 8]);
const s = randomStream(1, "labels");
const y = tensor(Uint8Array.from({ length: 40 }, () => s.integer(4)));
const names = ["conv_0", "norm_0", "conv_1", "norm_1", "conv_2", "norm_2", "sum_1", "conv_3", "norm_3", "conv_4", "norm_4", "conv_s", "norm_s", "sum_2", "pool", "out"];
const both = () => [residual(singleThread), residual(plainRuntime)] as const;
describe("x", () => {
  it("trains", async () => {
    const found = [];
    for (const model of both()) {
      const losses: number[] = [];
      for (let i = 0; i < 8; i++) losses.push((await model.trainOnBatch(rows(x, 0, 16), rows(y, 0, 16))).loss!);
      found.push(losses);
    }
    console.log(found);
  });
  it("fit", async () => {
    const found = [];
    for (const model of both()) {
      const h = await model.fit(x, y, { batchSize: 16, epochs: 3, onWarning: () => {} });
      found.push(h.history);
      console.log(await model.evaluate(x, y, { batchSize: 7 }));
      console.log((await model.predict(rows(x, 0, 7), { batchSize: 7 })).data.slice(0, 5));
      console.log((await model.predict(rows(x, 0, 7), { batchSize: 1 })).data.slice(0, 5));
    }
    console.log(JSON.stringify(found, null, 1));
  });
  for (const training of [true, false]) for (const n of [16, 7, 1]) {
    it(`inspect ${training} ${n}`, async () => {
      const found = [];
      for (const model of both()) {
        const weights = [...(await model.getWeights()).keys()].filter((n) => !n.includes("running"));
        found.push(await model.inspect(rows(x, 0, n), rows(y, 0, n), { training, layers: names, weightGradients: weights, layerGradients: names }));
      }
      const [p, q] = found as any;
      for (const kind of ["layers", "weightGradients", "layerGradients"]) for (const k of Object.keys(q[kind])) {
        expectClose(p[kind][k], q[kind][k], { absolute: 1e-5, relative: 1e-4 });
      }
      expect(p.measures.loss).toBeCloseTo(q.measures.loss, 5);
    });
  }
});
