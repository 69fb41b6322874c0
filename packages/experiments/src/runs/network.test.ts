import { nodeRuntime } from "evenkeel";
import { describe, expect, it } from "vitest";
import { build, type NetworkSettings } from "./network.js";

const runtime = nodeRuntime({ threads: 1 });

/** `NAME type` of each layer. */
function layersOf(settings: Partial<Extract<NetworkSettings, { family: "mlp" }>>): string[] {
  const model = build({ family: "mlp", inputShape: [4], units: [3, 2], ...settings }, { seed: 1, runtime });
  return model.layers.map(({ name, type }) => `${name} ${type}`);
}

const normalizations = (names: readonly string[]) => names.filter((name) => name.includes("ormalization"));

describe("a network as plain data", () => {
  it("has a layer in all places that normalise, or in those of some names", () => {
    const normalization = { type: "batchNormalization" } as const;
    expect(normalizations(layersOf({ normalization: "none" }))).toEqual([]);
    expect(normalizations(layersOf({ normalization }))).toEqual([
      "dense_1_normalization batchNormalization",
      "dense_2_normalization batchNormalization",
    ]);
    const at = ["dense_2_normalization"];
    expect(normalizations(layersOf({ normalization: { ...normalization, at } }))).toEqual([
      "dense_2_normalization batchNormalization",
    ]);
    expect(normalizations(layersOf({ normalization: { ...normalization, at: [] } }))).toEqual([]);
  });

  it("takes options of layers, and layers as activations and in front", () => {
    const settings = {
      preprocessing: [{ type: "rescaling", scale: 2 }],
      normalization: "none",
      activation: { type: "prelu" },
    } as const;
    const types = layersOf(settings).map((layer) => layer.split(" ")[1]);
    expect(types).toEqual(["inputLayer", "rescaling", "dense", "prelu", "dense", "prelu", "dense"]);
    expect(layersOf({ activation: "tanh" }).some((layer) => layer.endsWith(" prelu"))).toBe(false);
  });
});
