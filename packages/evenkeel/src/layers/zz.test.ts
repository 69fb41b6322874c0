import { it } from "vitest";
import { layers } from "./index.js";
import { golden } from "../testing/golden.js";
import { runLayer } from "../testing/run-layer.js";
import { compile } from "../testing/evaluate.js";
import { tensor } from "../tensor/tensor.js";
import { normalizeByBatch } from "../normalization/index.js";
import { gradients } from "../autodiff/index.js";
import { mul, reduceSum } from "../graph/index.js";
it("probe accuracy", async () => {
  const { cases } = golden<any>("batch-normalization.json");
  for (const c of cases.filter((c: any) => /large mean|dense|constant/.test(c.name))) for (const device of ["cpu", "x"]) {
    const shape = [...c.shape, 1];
    const l = layers.batchNormalization({ epsilon: c.epsilon, momentum: 0 });
    const t = (v: number[], s: number[]) => tensor(Float32Array.from(v), s);
    const r = await runLayer(l, { input: t(c.batches[0], shape), device, outputGradient: t(c.outputGradient, shape), weights: { gamma: t(c.gamma, [c.gamma.length]), beta: t(c.beta, [c.beta.length]) } });
    const err = (a: any, b: number[]) => Math.max(...b.map((v, i) => Math.abs(v - a.data[i])));
    console.log(c.name, device, err(r.output, c.output), err(r.inputGradient, c.inputGradient), err(r.weightGradients.gamma, c.gammaGradient), err(r.updates.runningMean, c.batchMean), err(r.updates.runningVariance, c.batchVariance));
  }
});
it("probe poison", async () => {
  const x = tensor(Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)), [2, 3, 4]);
  const bad = tensor(new Float32Array(24).fill(NaN), [2, 3, 4]);
  for (const affine of [false, true]) {
  const g = await compile((graph, { x }) => { const gamma = graph.constant(tensor([1, 1, 1])); const r = normalizeByBatch(x, { gamma: affine ? gamma : undefined, beta: undefined }, { axis: 1, epsilon: 1e-3, device: "cpu" }); return [r.output, r.mean]; }, { x });
  for (const f of [x, bad, x]) { const [o, m] = await g.run({ x: f }); console.log(affine, o!.data.slice(0, 3), m!.data); }
  }
});
it("probe time", async () => {
  const shape = [128, 32, 16, 16];
  const x = tensor(Float32Array.from({ length: 128 * 32 * 256 }, (_, i) => Math.sin(i)), shape);
  for (const device of ["cpu", "x"]) {
    const g = await compile((graph, { x, gamma, beta }) => { const r = normalizeByBatch(x!, { gamma, beta }, { axis: 1, epsilon: 1e-3, device }); const g = gradients(reduceSum(mul(r.output, x!)), [gamma!, beta!, x!]); return [g[0]!, g[1]!, reduceSum(g[2]!), r.mean, r.variance]; }, { x, gamma: tensor(new Float32Array(32)), beta: tensor(new Float32Array(32)) });
    const f = { x, gamma: tensor(new Float32Array(32)), beta: tensor(new Float32Array(32)) };
    for (let i = 0; i < 5; i++) await g.run(f);
    const times: number[] = [];
    for (let i = 0; i < 30; i++) { const t = performance.now(); await g.run(f); times.push(performance.now() - t); }
    times.sort((a, b) => a - b); console.log(device, times[0], times[15]);
  }
});
