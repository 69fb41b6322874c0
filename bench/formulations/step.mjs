// @ts-check
// A whole training step, ResNet-20 at batch 128, with other options of ONNX Runtime's session than Evenkeel's.
import { measure } from "../measure.mjs";
import { format, median, table } from "../table.mjs";
import { workloads } from "../workloads.mjs";
import { cells } from "./timing.mjs";

/** @type {[name: string, options: import("onnxruntime-node").InferenceSession.SessionOptions][]} */
const formulations = [
  ["all optimisations, no plan of the memory (used)", {}],
  ["with a plan of the memory", { enableMemPattern: true }],
  ["without an arena", { enableCpuMemArena: false }],
  ["extended optimisations", { graphOptimizationLevel: "extended" }],
  ["basic ones", { graphOptimizationLevel: "basic" }],
  ["none", { graphOptimizationLevel: "disabled" }],
];

/** @type {import("./timing.mjs").Question[]} */
export const questions = [
  {
    id: "session",
    async answer({ rounds, seconds }) {
      const work = workloads.find(({ id }) => id === "resnet20-128");
      if (!work) throw new Error("there is no resnet20-128 any more");
      const peers = formulations.map(([name, options]) => ({
        id: name,
        column: name,
        file: "evenkeel-session.mjs",
        parameters: ["cpu", JSON.stringify(options)],
      }));
      const settings = { rounds: Math.ceil(rounds / 2), seconds: 5 * seconds, warmup: 1, budget: 60 };
      const row = await measure(peers, work, settings);
      const failed = row.cells.filter(({ absent }) => absent).map(({ name, absent }) => `${name}: ${absent}`);
      if (failed.length > 0) return failed.join("\n");
      const times = cells(row.cells.map((cell) => cell.rounds.map(median)));
      const lines = row.cells.map(({ peer, peakMegabytes = Number.NaN }, index) => [
        peer.id,
        times[index],
        `${format(peakMegabytes)} MiB`,
      ]);
      return table([`step of ${work.title}`, "time", "peak memory"], lines);
    },
  },
];
