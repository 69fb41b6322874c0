// @ts-check
// Where Evenkeel computes. In a browser, browser/evenkeel-runtime.mjs is in its place (see ../package.json).
import { nodeRuntime } from "evenkeel";
import { Graph, writeModel } from "../../packages/evenkeel/dist/graph/index.js";
import { neg } from "../../packages/evenkeel/dist/graph/operations.js";
import { versionOf } from "./platform.mjs";
import { missing } from "./protocol.mjs";

export const version = versionOf("evenkeel");
const threads = 2;

/**
 * The runtime on a device, and how the table calls it; tells the parent and ends where there is no such device.
 *
 * @param {string} [device] an execution provider
 */
export async function runtimeOn(device = "cpu") {
  if (device === "cpu") return { runtime: nodeRuntime({ threads }), where: `${threads} threads` };
  // Whether a device is usable shows only when a graph is loaded.
  const graph = new Graph("probe");
  graph.output("y", neg(graph.input("x", "float32", [1])));
  try {
    const runtime = nodeRuntime({ device });
    await (await runtime.load(writeModel(graph), "a probe")).release();
    return { runtime, where: device };
  } catch (error) {
    return missing(error instanceof Error ? error.message : String(error));
  }
}
