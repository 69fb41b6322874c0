// @ts-check
// `evenkeel.mjs` with other options of ONNX Runtime's session than Evenkeel chooses. The arguments are the device, and the
// options as JSON.
import { InferenceSession } from "onnxruntime-node";

/** @type {import("onnxruntime-node").InferenceSession.SessionOptions} */
const given = JSON.parse(process.argv[3]);
const { create } = InferenceSession;
/** @type {any} */ (InferenceSession).create = (
  /** @type {Uint8Array} */ model,
  /** @type {import("onnxruntime-node").InferenceSession.SessionOptions} */ options,
) => create.call(InferenceSession, model, { ...options, ...given });

await import("./evenkeel.mjs");
