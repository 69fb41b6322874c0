import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, it } from "vitest";
import { tensor } from "../tensor/tensor.js";
import { DeviceState } from "./device-state.js";
import { RuntimeError } from "./index.js";
import type { OpenSession, Wrap } from "./session.js";

const weight = tensor([1, 2, 3]);
const wrap: Wrap = ({ type, data, shape }) => new Tensor(type, data as Float32Array, shape);
const on =
  (device: string): OpenSession =>
  (model, options) =>
    InferenceSession.create(model, { ...options, executionProviders: [device] });

it("of no tensor at all is finite", async () => {
  const state = new DeviceState([["weight", weight]], wrap, on("cpu"));
  expect(await state.isFinite([])).toBe(true);
});

it("says each time that its device cannot be used", async () => {
  const state = new DeviceState([["weight", weight]], wrap, on("absent"));
  for (let time = 0; time < 2; time++) {
    const failed = state.bring(["weight"]);
    await expect(failed).rejects.toThrow(RuntimeError);
    await expect(failed).rejects.toThrow(/^ONNX Runtime refused a program for the state: /);
  }
  expect(await state.read("weight")).toEqual(weight);
  await state.release();
});
