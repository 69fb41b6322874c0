import { Graph } from "../graph/graph.js";
import { readModel, writeModel } from "../graph/onnx.js";
import { batchDimension } from "../layers/index.js";
import { checksum } from "../tensor/checksum.js";
import { type Tensor, tensor } from "../tensor/tensor.js";
import type { NetworkConfiguration } from "./configuration.js";
import { Network } from "./network.js";

/** Under this key the model's metadata holds what Evenkeel needs to go on with it. */
const metadataKey = "evenkeel";

/** What a model's file says beside its graph. */
interface StoredNetwork {
  version: 1;
  network: NetworkConfiguration;
  seed: number;
  /** Of every weight, by its name: a flipped bit is no other weight. */
  checksums: Record<string, number>;
  /** Optimiser steps that the weights have taken. */
  steps: number;
  /** How many batches cumulative statistics have seen: inference has no use for it, further training has. */
  counters: Record<string, number>;
}

/**
 * The network at inference as an ONNX model that any runtime can run: input `input` `[batch, ...]` float32,
 * output `output`, weights and running statistics inside. Of several inputs or outputs, each bears its layer's
 * name.
 */
export function exportNetwork(
  network: Network,
  weights: ReadonlyMap<string, Tensor>,
  { seed, steps }: { seed: number; steps: number },
): Uint8Array {
  const graph = new Graph("evenkeel");
  const names = exportedNames(network);
  const fed = network.inputs.map(({ shape }, index) =>
    graph.input(names.inputs[index]!, "float32", [batchDimension, ...shape]),
  );
  const weightValues = new Map(
    network.weights.map(({ fullName }) => [fullName, graph.initializer(fullName, weights.get(fullName)!)]),
  );
  const values = network.forward(fed, {
    training: false,
    device: "any",
    channelBlock: 1,
    weight: (name) => weightValues.get(name)!,
  });
  for (const [index, name] of network.outputs.entries()) {
    graph.output(names.outputs[index]!, values.get(name)!);
  }
  const counters = Object.fromEntries(
    network.weights
      .filter(({ role }) => role === "counter")
      .map(({ fullName }) => [fullName, Number(weights.get(fullName)!.data[0])]),
  );
  const checksums = Object.fromEntries(
    [...weights].map(([name, value]) => [name, checksum(value as Tensor<"float32">)]),
  );
  const stored: StoredNetwork = {
    version: 1,
    network: network.configuration(),
    seed,
    steps,
    counters,
    checksums,
  };
  return writeModel(graph, { [metadataKey]: JSON.stringify(stored) });
}

/** `input` and `output` where there is one and no other has that name; else the layers' names. */
function exportedNames({ inputs, outputs }: Network): { inputs: string[]; outputs: string[] } {
  const given = { inputs: inputs.map(({ name }) => name), outputs: [...outputs] };
  const one = { inputs: inputs.length === 1, outputs: outputs.length === 1 };
  return {
    inputs: one.inputs && (one.outputs || !given.outputs.includes("input")) ? ["input"] : given.inputs,
    outputs: one.outputs && (one.inputs || !given.inputs.includes("output")) ? ["output"] : given.outputs,
  };
}

/**
 * The network and weights of a model that `exportNetwork` wrote. Statistics that inference does not use are not
 * among them.
 *
 * @throws Error saying what is wrong with the bytes.
 */
export function importNetwork(bytes: Uint8Array): {
  network: Network;
  weights: Map<string, Tensor>;
  seed: number;
  steps: number;
} {
  const model = readModel(bytes);
  const text = model.metadata[metadataKey];
  if (text === undefined) {
    throw new Error(
      `it is an ONNX model of another origin (${model.producer || "unnamed producer"}), without the description of layers that Evenkeel writes`,
    );
  }
  const stored = parsed(text);
  if (stored.version !== 1) {
    throw new Error(`it was written by a newer Evenkeel (format ${stored.version}, this one reads 1)`);
  }
  const { seed, steps, counters, checksums } = stored;
  const network = Network.restore(stored.network);
  const { tensors } = model;
  const weights = new Map<string, Tensor>();
  for (const { fullName, shape, role } of network.weights) {
    const counted = counters[fullName];
    const found = counted === undefined ? tensors.get(fullName) : tensor(Float32Array.of(counted), shape);
    if (!found && role === "statistic") continue;
    if (!found || found.shape.join() !== shape.join()) {
      throw new Error(
        `the weight "${fullName}" of shape [${shape.join(", ")}] is missing or has another shape`,
      );
    }
    if (checksums[fullName] !== checksum(found as Tensor<"float32">)) {
      throw new Error(`it is damaged: the weight "${fullName}" does not match its checksum`);
    }
    weights.set(fullName, found);
  }
  return { network, weights, seed, steps };
}

function parsed(text: string): StoredNetwork {
  try {
    const stored = JSON.parse(text);
    if (typeof stored?.version === "number") return stored;
  } catch {
    // What is no JSON is as damaged as what is no description.
  }
  throw new Error("it is damaged: its description of layers cannot be read");
}
