import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gradients } from "../autodiff/index.js";
import { mul, reduceSum, type Value } from "../graph/index.js";
import { isReordered } from "../graph/layout.js";
import { type LayerContext, layers } from "../layers/index.js";
import { randomStream } from "../random/stream.js";
import { type Tensor, tensor } from "../tensor/tensor.js";
import { channelsOf, momentsOf, normal, spread } from "../testing/batches.js";
import { evaluate } from "../testing/evaluate.js";
import { expectClose } from "../testing/expect-close.js";
import { reordered, whereLayoutIs, wholeBlocks } from "../testing/layout.js";
import { normalizeByBatch } from "./index.js";

fc.configureGlobal({ seed: 1 });

it("measures", async () => {
  for (const [centre, deviation, shape] of [[0,1,[4,32,3,2]],[1e4,0.1,[8,16,5,4]],[1e4,0.1,[32,16,8,8]],[100,3,[2,16,1,1]], [1e4,0.1,[128,16,32,32]]] as const) {
    const x = spread(shape, 1, {centre, deviation});
    const stream = randomStream(2,"q");
    const upstream = normal(stream, shape);
    const gamma = normal(stream, [shape[1]]), beta = normal(stream, [shape[1]]);
    const run = (inB: boolean) => evaluate((_, {x, upstream, gamma, beta}) => {
      const { output, mean, variance } = normalizeByBatch(inB ? reordered(x) : x, {gamma, beta}, {axis: 1, epsilon: 1e-3, device: "cpu"});
      return [output, mean, variance, ...gradients(reduceSum(mul(output, upstream)), [x, gamma, beta])];
    }, {x, upstream, gamma, beta});
    const [p, q] = [await run(true), await run(false)];
    const ref = channelsOf(x).map(momentsOf);
    const err = (a: any, b: any) => a.data.reduce((m: number, v: number, i: number) => Math.max(m, Math.abs(v - b.data[i])), 0);
    const big = (a: any) => a.data.reduce((m: number, v: number) => Math.max(m, Math.abs(v)), 0);
    // exact output
    const hw = shape[2]*shape[3];
    const e = (t: any) => x.data.reduce((m, v, i) => { const c = Math.floor(i/hw) % shape[1]; const y = (v-ref[c]!.mean)/Math.sqrt(ref[c]!.variance+1e-3)*gamma.data[c]!+beta.data[c]!; return Math.max(m, Math.abs(t.data[i]-y)); }, 0);
    console.log(shape, centre, "exact err out", e(p[0]), e(q[0]), "mean", Math.max(...ref.map((r,c)=>Math.abs(r.mean-Number(p[1]!.data[c])))), "var rel", Math.max(...ref.map((r,c)=>Math.abs(1-Number(p[2]!.data[c])/r.variance))), Math.max(...ref.map((r,c)=>Math.abs(1-Number(q[2]!.data[c])/r.variance))), "vs plain", p.map((a, i) => [err(a, q[i]), big(q[i])].map((v)=>v.toExponential(1)).join("/")));
  }
});
