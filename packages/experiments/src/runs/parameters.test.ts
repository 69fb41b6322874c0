import { Model, nodeRuntime } from "evenkeel";
import { expect, it, vi } from "vitest";
import { parameterCount } from "./parameters.js";

it("parameters are counted as Keras does, of a model that is then disposed of", async () => {
  const dispose = vi.spyOn(Model.prototype, "dispose");
  const context = {
    seed: 1,
    runtime: nodeRuntime({ threads: 1 }),
    signal: new AbortController().signal,
    progress: () => {},
  };
  const count = await parameterCount.run(
    { network: { family: "mlp", useBias: true, normalization: { type: "batchNormalization" } } },
    context,
  );
  expect(count).toEqual({ parameters: 268_210, trainable: 267_410 });
  expect(dispose).toHaveBeenCalledOnce();
  dispose.mockRestore();
});
