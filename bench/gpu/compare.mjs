// @ts-check
// The training rows on a GPU: Evenkeel by ONNX Runtime's providers, PyTorch by CUDA. See ../README.md.
import { compare, fail } from "../command.mjs";
import { progress } from "../measure.mjs";
import { pytorch, start } from "../peers.mjs";
import { workloads } from "../workloads.mjs";

/** @type {import("../peers.mjs").Peer[]} */
const peers = [
  { id: "evenkeel-webgpu", column: "Evenkeel, WebGPU", file: "evenkeel.mjs", parameters: ["webgpu"] },
  { id: "evenkeel-cuda", column: "Evenkeel, CUDA", file: "evenkeel.mjs", parameters: ["cuda"] },
  { ...pytorch("pytorch-cuda", "1", "cuda"), column: "PyTorch, CUDA" },
];

await compare({
  file: "bench/gpu/compare.mjs",
  workloads: workloads.filter(({ task }) => task === "train"),
  peers,
  check: requireDevice,
});

/**
 * Ends the program where Evenkeel has no GPU to compute on.
 *
 * @param {import("../peers.mjs").Peer[]} chosen
 */
async function requireDevice(chosen) {
  const reasons = [];
  for (const peer of chosen) {
    if (!peer.id.startsWith("evenkeel")) continue;
    try {
      const { child } = await start(peer);
      await child.exit();
    } catch (error) {
      reasons.push(`${peer.id}: ${error instanceof Error ? error.message : error}`);
      continue;
    }
    const driver = process.env.VK_ICD_FILENAMES;
    if (driver) progress(`note: the Vulkan driver is ${driver}; with one in software, figures say nothing`);
    return;
  }
  fail(`Evenkeel finds no GPU here.\n${reasons.join("\n")}`);
}
