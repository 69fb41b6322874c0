import { describe, expect, it } from "vitest";
import { build } from "../../runs/network.js";
import { layerNumbered, residual } from "./networks.js";

describe("the layers as the work counts them", () => {
  it.each([14, 20])("are the convolutions of ResNet-%i in their order, and the output", (depth) => {
    const model = build(residual("laptop", depth, "nowhere"), { seed: 0 });
    const names = model.layers.map(({ name }) => name);
    const weighted = names.filter((name) => /^(stem|output|.*_conv_\d)$/.test(name));
    const numbered = Array.from({ length: depth }, (_, index) => layerNumbered(depth, index + 1));
    expect(numbered.map(({ layer }) => layer)).toEqual(weighted);
    for (const { input } of numbered) expect(names).toContain(input);
  });

  it("take what the layers before them give", () => {
    expect(layerNumbered(110, 55)).toEqual({
      layer: "stage_2_block_9_conv_2",
      input: "stage_2_block_9_activation_1",
    });
    expect(layerNumbered(110, 38)).toEqual({
      layer: "stage_2_block_1_conv_1",
      input: "stage_1_block_18_activation_2",
    });
    expect(layerNumbered(110, 2).input).toBe("stem_activation");
  });
});
