// @ts-check
// Not a training step: ONNX Runtime's own product of two 1024×1024 float32 matrices, the rate that steps are held
// against. Both operands are inputs (a constant one would be packed ahead), the output is allocated once.
import { create, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, TensorProto_DataType } from "onnx-buf";
import * as ort from "onnxruntime-node";
import { serve } from "./protocol.mjs";

const size = 1024;
const threads = 2;

/** @param {string} name */
function matrix(name) {
  const dim = ["", ""].map(() => ({
    value: { case: /** @type {const} */ ("dimValue"), value: BigInt(size) },
  }));
  const value = { elemType: TensorProto_DataType.FLOAT, shape: { dim } };
  return { name, type: { value: { case: /** @type {const} */ ("tensorType"), value } } };
}

const model = create(ModelProtoSchema, {
  irVersion: 8n,
  opsetImport: [{ domain: "", version: 17n }],
  graph: {
    name: "product",
    node: [{ opType: "MatMul", input: ["a", "b"], output: ["c"] }],
    input: [matrix("a"), matrix("b")],
    output: [matrix("c")],
  },
});

const session = await ort.InferenceSession.create(toBinary(ModelProtoSchema, model), {
  executionProviders: ["cpu"],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
});
const shape = [size, size];
const random = () => Float32Array.from({ length: size * size }, () => Math.random() - 0.5);
const feeds = {
  a: new ort.Tensor("float32", random(), shape),
  b: new ort.Tensor("float32", random(), shape),
};
const fetches = { c: new ort.Tensor("float32", new Float32Array(size * size), shape) };

await serve(`ONNX Runtime ${ort.env.versions.node}, 1024³ MatMul, ${threads} threads`, () => async () => {
  await session.run(feeds, fetches);
  return 0;
});
