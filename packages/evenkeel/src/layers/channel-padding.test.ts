import { describe, expect, it } from "vitest";
import { tensor } from "../tensor/tensor.js";
import { runLayer } from "../testing/run-layer.js";
import { layers } from "./index.js";

const input = tensor([[[[1, 2]], [[3, 4]]]]);

describe("zeroPaddingChannels", () => {
  it("puts channels of zeros around those there are", async () => {
    const { output } = await runLayer(layers.zeroPaddingChannels({ padding: [1, 2] }), { input });
    expect(output).toEqual(tensor([[[[0, 0]], [[1, 2]], [[3, 4]], [[0, 0]], [[0, 0]]]]));
    const both = await runLayer(layers.zeroPaddingChannels({ padding: 1 }), { input: tensor([[5, 6]]) });
    expect(both.output).toEqual(tensor([[0, 5, 6, 0]]));
  });

  it("gives back the gradient of what it was given", async () => {
    const outputGradient = tensor([[[[1, 2]], [[3, 4]], [[5, 6]]]]);
    const layer = layers.zeroPaddingChannels({ padding: [1, 0] });
    const { inputGradient } = await runLayer(layer, { input, outputGradient });
    expect(inputGradient).toEqual(tensor([[[[3, 4]], [[5, 6]]]]));
  });

  it.each([-1, 0.5, [1], [1, 2, 3], [1, -1], null, undefined, "1"])("refuses the padding %j", (padding) => {
    expect(() => layers.zeroPaddingChannels({ padding: padding as never })).toThrow(
      "padding must be a whole number of at least 0, or [before, behind], got ",
    );
  });
});
