import { layers, networks, sequential } from "evenkeel";
import { describe, expect, it } from "vitest";
import { residualBlocks } from "./residual-blocks.js";

describe("residual blocks", () => {
  it("of dense layers, with batch norm", () => {
    expect(residualBlocks(networks.residualMlp({ blocks: 2, units: 4 }))).toEqual([
      {
        position: 1,
        skip: "stem",
        branch: "block_1_dense",
        sum: "block_1_add",
        output: "block_1_add",
        normalization: "block_1_normalization",
      },
      {
        position: 2,
        skip: "block_1_add",
        branch: "block_2_dense",
        sum: "block_2_add",
        output: "block_2_add",
        normalization: "block_2_normalization",
      },
    ]);
  });

  it("end their branch in SkipInit's scalar", () => {
    const [, second] = residualBlocks(networks.residualMlp({ blocks: 2, residual: { skipInit: 0.5 } }));
    expect(second).toMatchObject({ skip: "block_1_add", branch: "block_2_scale", output: "block_2_add" });
    expect(second).not.toHaveProperty("normalization");
  });

  it("give what is divided by √2", () => {
    const [, second] = residualBlocks(networks.residualMlp({ blocks: 2, residual: "dividedByRoot2" }));
    expect(second).toMatchObject({
      skip: "block_1_scale",
      branch: "block_2_dense",
      sum: "block_2_add",
      output: "block_2_scale",
    });
  });

  it("begin anew at projections", () => {
    const blocks = residualBlocks(networks.wideResNet({ depth: 16, widthFactor: 1 }));
    // The first stage has as many channels as the stem, and needs no projection.
    expect(blocks.map(({ position }) => position)).toEqual([1, 2, 1, 2, 1, 2]);
    expect(blocks[2]).toMatchObject({
      skip: "stage_2_block_1_shortcut",
      branch: "stage_2_block_1_conv_2",
      normalization: "stage_2_block_1_normalization_1",
    });
  });

  it("go on where a shortcut is shortened", () => {
    const blocks = residualBlocks(networks.resNet({ depth: 14, form: "preactivation" }));
    expect(blocks.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(blocks[2]!.skip).toBe("stage_2_block_1_shortcut_padding");
  });

  it("are asked of residual networks only", () => {
    const plain = sequential([layers.dense({ units: 1, inputShape: [2] })]);
    expect(() => residualBlocks(plain)).toThrow("The network has no residual blocks.");
  });
});
