import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { Graph, mul, writeModel } from "../graph/index.js";
import { type Layer, layers } from "../layers/index.js";
import { sequential } from "../model/index.js";
import { randomStream } from "../random/stream.js";
import { nodeRuntime } from "../runtime/index.js";
import { checksum } from "../tensor/checksum.js";
import { sizeOf, type Tensor, tensor } from "../tensor/tensor.js";
import { expectClose } from "../testing/expect-close.js";
import { exportNetwork, importNetwork } from "./export.js";
import { Network } from "./network.js";

/** Every layer type with options that are not the defaults. */
const manyLayers = (): Layer[] => [
  layers.inputLayer({ inputShape: [3, 4], name: "pixels" }),
  layers.rescaling({ scale: 0.5, offset: -1 }),
  layers.batchNormalization({
    axis: -1,
    momentum: 0.5,
    epsilon: 0.01,
    center: false,
    runningVariance: "unbiased",
    gammaInitializer: { type: "uniform", minimum: 0.5, maximum: 1.5 },
    gammaRegularizer: { l2: 0.1 },
    runningMeanInitializer: { type: "constant", value: 0.25 },
    runningVarianceInitializer: { type: "constant", value: 2 },
  }),
  layers.prelu({ sharedAxes: [2], alphaInitializer: { type: "constant", value: 0.25 } }),
  layers.flatten({ name: "flat" }),
  layers.dense({
    units: 6,
    activation: "tanh",
    kernelInitializer: { type: "orthogonal", gain: 2 },
    biasInitializer: { type: "normal", mean: 1, standardDeviation: 0.1 },
    kernelRegularizer: { l1: 0.1, l2: 0.2 },
    biasRegularizer: { l2: 0.3 },
    trainable: false,
  }),
  layers.batchNormalization({ momentum: "cumulative", scale: false, trainable: false }),
  layers.activation({ activation: "leakyRelu", alpha: 0.125 }),
  layers.activation({ activation: "gelu", approximate: "tanh" }),
  layers.dropout({ rate: 0.75 }),
  layers.dense({ units: 2, useBias: false, kernelInitializer: "lecunUniform" }),
];

const x = tensor(
  Float32Array.from({ length: sizeOf([5, 3, 4]) }, (_, index) => Math.sin(index)),
  [5, 3, 4],
);

describe("a network's configuration", () => {
  it("survives JSON, with all its layers' options", () => {
    const network = new Network(manyLayers());
    const stored = JSON.parse(JSON.stringify(network.configuration()));
    const again = Network.restore(stored);
    expect(again.configuration()).toEqual(network.configuration());
    expect(
      again.layers.map(({ type, name, trainable, options }) => ({ type, name, trainable, ...options })),
    ).toEqual(
      network.layers.map(({ type, name, trainable, options }) => ({ type, trainable, ...options, name })),
    );
    const described = ({ weights }: Network) => weights.map(({ layer, ...weight }) => weight);
    expect(described(again)).toEqual(described(network));
    expect(again.initialWeights(3)).toEqual(network.initialWeights(3));
  });

  it("keeps what was frozen after the layer was made", () => {
    const network = new Network(manyLayers());
    network.layers[2]!.trainable = false;
    expect(Network.restore(network.configuration()).layers[2]!.trainable).toBe(false);
  });

  it("computes the same after it is restored", async () => {
    const options = { seed: 4, runtime: nodeRuntime({ threads: 1 }) };
    const model = sequential(manyLayers(), options);
    const again = sequential(Network.restore(new Network(manyLayers()).configuration()).layers, options);
    expect(await again.predict(x)).toEqual(await model.predict(x));
    await model.dispose();
    await again.dispose();
  });
});

describe("an exported network", () => {
  it("gives in plain ONNX Runtime what predict gives, for batches of any size", async () => {
    const model = sequential(manyLayers(), { seed: 4, runtime: nodeRuntime({ threads: 1 }) });
    const session = await InferenceSession.create(await model.toOnnx());
    expect([session.inputNames, session.outputNames]).toEqual([["input"], ["output"]]);
    for (const count of [1, 5]) {
      const data = x.data.slice(0, count * 12);
      const predicted = await model.predict(tensor(data, [count, 3, 4]));
      const { output } = await session.run({ input: new OrtTensor("float32", data, [count, 3, 4]) });
      expect(output!.dims).toEqual(predicted.shape);
      // Weights are constants here, which ONNX Runtime may compute with in advance: other roundings, of
      // numbers up to 4, in eleven layers.
      expectClose(output!.data as Float32Array, predicted, { absolute: 2e-6 });
    }
    await session.release();
    await model.dispose();
  });

  it("comes back with its weights, statistics, counters and seed", () => {
    const network = new Network(manyLayers());
    const stream = randomStream(1, "weights");
    const weights = new Map<string, Tensor>(
      network.weights.map(({ fullName, shape }) => [
        fullName,
        tensor(
          Float32Array.from({ length: sizeOf(shape) }, () => stream.uniform(0.5, 1)),
          shape,
        ),
      ]),
    );
    const back = importNetwork(exportNetwork(network, weights, { seed: 99, steps: 7 }));
    expect(back.seed).toBe(99);
    expect(back.steps).toBe(7);
    expect(back.network.configuration()).toEqual(network.configuration());
    expect(back.weights).toEqual(weights);
  });

  it("needs no statistics where inference normalises by the batch", () => {
    const network = new Network([
      layers.inputLayer({ inputShape: [3] }),
      layers.batchNormalization({ inferenceStatistics: "batch" }),
    ]);
    const weights = network.initialWeights(1);
    weights.set("batch_normalization_1/gamma", tensor([5, 6, 7]));
    const back = importNetwork(exportNetwork(network, weights, { seed: 1, steps: 0 }));
    expect(back.weights.get("batch_normalization_1/gamma")).toEqual(tensor([5, 6, 7]));
    expect(back.network.weights.map(({ name }) => name)).toContain("runningMean");
  });
});

describe("importNetwork refuses", () => {
  const network = new Network([layers.inputLayer({ inputShape: [3] }), layers.dense({ units: 2 })]);
  const exported = exportNetwork(network, network.initialWeights(1), { seed: 1, steps: 0 });
  const foreign = (metadata: Record<string, string> = {}, kernelShape = [3, 2]) => {
    const graph = new Graph("foreign");
    const input = graph.input("input", "float32", ["batch", 3]);
    const kernel = graph.initializer(
      "dense_1/kernel",
      tensor(new Float32Array(sizeOf(kernelShape)), kernelShape),
    );
    graph.output("scaled", mul(input, 2));
    graph.output("output", mul(kernel, 1));
    return writeModel(graph, metadata);
  };
  const checksums = { "dense_1/kernel": checksum(tensor(new Float32Array(6), [3, 2])) };
  const stored = (version: number) =>
    JSON.stringify({ version, network: network.configuration(), seed: 1, steps: 0, counters: {}, checksums });

  it("a model of another origin, naming its producer", () => {
    expect(() => importNetwork(foreign())).toThrow(
      "it is an ONNX model of another origin (evenkeel), without the description of layers that Evenkeel writes",
    );
  });

  it("a model of a later format", () => {
    expect(() => importNetwork(foreign({ evenkeel: stored(2) }))).toThrow(
      "it was written by a newer Evenkeel (format 2, this one reads 1)",
    );
  });

  it("a weight that is missing or has another shape, naming it", () => {
    expect(() => importNetwork(foreign({ evenkeel: stored(1) }))).toThrow(
      'the weight "dense_1/bias" of shape [2] is missing or has another shape',
    );
    expect(() => importNetwork(foreign({ evenkeel: stored(1) }, [2, 3]))).toThrow(
      'the weight "dense_1/kernel" of shape [3, 2] is missing or has another shape',
    );
  });

  it("bytes that stop anywhere before the end", () => {
    expect(importNetwork(exported).weights.size).toBe(2);
    for (let length = 0; length < exported.length; length++) {
      expect(() => importNetwork(exported.slice(0, length)), `${length} bytes`).toThrow(/^it (is|holds) /);
    }
  });

  it.each([
    ["text", new TextEncoder().encode("not a model at all")],
    ["a picture", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)],
    ["nothing", new Uint8Array()],
  ])("%s", (_, bytes) => {
    expect(() => importNetwork(bytes)).toThrow(
      /^it (is not an ONNX model, or it is cut off|holds no ONNX graph)$/,
    );
  });
});
