import { dependsOn, gradients } from "../autodiff/gradients.js";
import { Graph, type Value } from "../graph/graph.js";
import { writeModel } from "../graph/onnx.js";
import { cast, gather, isInfinite, isNotANumber, logicalOr, loop, reduceSum } from "../graph/operations.js";
import { batchDimension, type Target } from "../layers/index.js";
import type { Network } from "../network/network.js";
import type { ElementType, Tensor } from "../tensor/tensor.js";
import { buildLoss, buildStep, type Compiled, stateInputs } from "./step.js";

/** The element type and shape of a data tensor, without the batch. */
export interface Signature {
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/** Those of the examples, for each input, and of the targets, for each output. */
export interface DataSignature {
  readonly x: readonly Signature[];
  readonly y: readonly Signature[];
}

/** What the graphs of one compiled model have in common. */
export interface Blueprint {
  readonly network: Network;
  readonly compiled: Compiled;
  readonly target: Target;
  /** The shape of a weight or of one of the optimiser's tensors. */
  shapeOf(name: string): readonly number[];
}

/** The element types and shapes of some data. */
export function signaturesOf(tensors: readonly Tensor[]): Signature[] {
  return tensors.map(({ type, shape }) => ({ type, shape: shape.slice(1) }));
}

/** The names under which programs take their data: `data/x/INPUT`, `data/y/OUTPUT`. */
export function dataNames({ inputs, outputs }: Network): { x: string[]; y: string[] } {
  return {
    x: inputs.map(({ name }) => `data/x/${name}`),
    y: outputs.map((name) => `data/y/${name}`),
  };
}

/**
 * Many training steps in one run. Inputs: the whole data set (`data/…`), `order` int32
 * `[steps, batchSize]` naming each batch's examples, `learningRates` and `seeds` `[steps]`, and `steps`. The
 * batches are gathered inside. Outputs: every step's measures `[steps]`, and the state after the last.
 */
export function manySteps(blueprint: Blueprint, data: DataSignature, batchSize: number): Uint8Array {
  const { network, compiled, target, shapeOf } = blueprint;
  const graph = new Graph("training");
  const steps = graph.input("steps", "int64", []);
  const all = dataInputs(graph, network, data, "examples");
  const order = graph.input("order", "int32", ["steps", batchSize]);
  const learningRates = graph.input("learningRates", "float32", ["steps"]);
  const seeds = graph.input("seeds", "uint32", ["steps"]);
  const outerState = stateInputs(graph, shapeOf);
  const changing = changingState(blueprint, data, batchSize);
  const names: string[] = [];
  const { state, kept } = loop(graph, steps, changing.map(outerState), (_, step, before) => {
    const carried = new Map(changing.map((name, index) => [name, before[index]!]));
    const batch = gather(order, step);
    const { next, measures } = buildStep(
      network,
      compiled,
      {
        x: all.x.map((values) => gather(values, batch)),
        y: all.y.map((values) => gather(values, batch)),
        seed: gather(seeds, step),
        learningRate: gather(learningRates, step),
        state: (name) => carried.get(name) ?? outerState(name),
      },
      target,
    );
    names.push(...measures.keys());
    return { state: changing.map((name) => next.get(name)!), kept: [...measures.values()] };
  });
  for (const [index, name] of changing.entries()) graph.output(`${name}/next`, state[index]!);
  for (const [index, name] of names.entries()) graph.output(`measures/${name}`, kept[index]!);
  return writeModel(graph);
}

/**
 * One training step. Inputs: a batch (`data/…`), `learningRate`, `seed`. Outputs: its measures, and
 * the state after it. For devices where a loop, or a whole data set as an input, does not pay.
 */
export function oneStep(blueprint: Blueprint, data: DataSignature, batchSize: number): Uint8Array {
  const { network, compiled, target, shapeOf } = blueprint;
  const graph = new Graph("training");
  const { next, measures } = buildStep(
    network,
    compiled,
    {
      ...dataInputs(graph, network, data, batchSize),
      seed: graph.input("seed", "uint32", []),
      learningRate: graph.input("learningRate", "float32", []),
      state: stateInputs(graph, shapeOf),
    },
    target,
  );
  for (const [name, value] of next) graph.output(`${name}/next`, value);
  for (const [name, value] of measures) graph.output(`measures/${name}`, value);
  return writeModel(graph);
}

/** Loss and metrics in inference mode, for batches of any size. Inputs: `data/…`. */
export function evaluation(blueprint: Blueprint, data: DataSignature): Uint8Array {
  const { network, compiled, target, shapeOf } = blueprint;
  const graph = new Graph("evaluation");
  const inputs = {
    ...dataInputs(graph, network, data, batchDimension),
    seed: graph.constant(0, "uint32"),
    state: stateInputs(graph, shapeOf),
  };
  const { measures } = buildLoss(network, compiled, inputs, { training: false, ...target });
  for (const [name, value] of measures) graph.output(`measures/${name}`, value);
  return writeModel(graph);
}

/** What layers give in inference mode, for batches of any size. Inputs: `data/x/…`. Outputs: `layers/…`. */
export function prediction(
  { network, target, shapeOf }: Omit<Blueprint, "compiled">,
  data: readonly Signature[],
  layers: readonly string[],
): Uint8Array {
  const graph = new Graph("prediction");
  const { x } = dataInputs(graph, network, { x: data, y: [] }, batchDimension);
  const outputs = network.forward(x, {
    training: false,
    ...target,
    weight: stateInputs(graph, shapeOf),
  });
  for (const layer of layers) graph.output(`layers/${layer}`, outputs.get(layer)!);
  return writeModel(graph);
}

/**
 * What happens inside a batch: the outputs of layers, and the gradients of the loss with respect to weights
 * and to layers' outputs, in training mode or in inference mode; the state stays as it is. Inputs: `data/…`,
 * `seed`.
 */
export function inspection(
  { network, compiled, target, shapeOf }: Blueprint,
  data: DataSignature,
  batchSize: number,
  wanted: {
    training: boolean;
    layers: readonly string[];
    weightGradients: readonly string[];
    layerGradients: readonly string[];
  },
): Uint8Array {
  const graph = new Graph("inspection");
  const state = stateInputs(graph, shapeOf);
  // In inference mode the blocked layout is used for shapes too of which it has no derivatives.
  const channelBlock = wanted.training ? target.channelBlock : 1;
  const { loss, measures, outputs } = buildLoss(
    network,
    compiled,
    { ...dataInputs(graph, network, data, batchSize), seed: graph.input("seed", "uint32", []), state },
    { training: wanted.training, device: target.device, channelBlock, update: () => {} },
  );
  const targets = [
    ...wanted.weightGradients.map((name) => ({ output: `gradients/weights/${name}`, value: state(name) })),
    ...wanted.layerGradients.map((name) => ({
      output: `gradients/layers/${name}`,
      value: outputs.get(name)!,
    })),
  ];
  for (const layer of wanted.layerGradients) {
    if (dependsOn(loss, outputs.get(layer)!)) continue;
    throw new RangeError(
      `The loss does not depend on the output of "${layer}": it is computed from the logits that go into it. Ask for the gradient of the layer before it, or make the activation a layer of its own.`,
    );
  }
  const found = gradients(
    loss,
    targets.map(({ value }) => value),
  );
  for (const [index, { output }] of targets.entries()) graph.output(output, found[index]!);
  for (const layer of wanted.layers) graph.output(`layers/${layer}`, outputs.get(layer)!);
  for (const [name, value] of measures) graph.output(`measures/${name}`, value);
  return writeModel(graph);
}

/**
 * How many values of each layer's output, and of each trainable weight's gradient, are NaN or infinite in a
 * training step. Inputs as `inspection`; outputs `counts/data/…`, `weights/WEIGHT`, `outputs/LAYER` and `gradients/WEIGHT`.
 */
export function diagnosis(blueprint: Blueprint, data: DataSignature, batchSize: number): Uint8Array {
  const { network, compiled, target, shapeOf } = blueprint;
  const graph = new Graph("diagnosis");
  const state = stateInputs(graph, shapeOf);
  const batch = dataInputs(graph, network, data, batchSize);
  const { loss, outputs } = buildLoss(
    network,
    compiled,
    { ...batch, seed: graph.input("seed", "uint32", []), state },
    { training: true, ...target, update: () => {} },
  );
  const trained = network.weights.filter((weight) => network.isTrainable(weight));
  const found = gradients(
    loss,
    trained.map(({ fullName }) => state(fullName)),
  );
  for (const value of [...batch.x, ...batch.y]) {
    graph.output(`counts/${value.name}`, nonFinite(cast(value, "float32")));
  }
  for (const { fullName } of network.weights) graph.output(`weights/${fullName}`, nonFinite(state(fullName)));
  for (const [layer, value] of outputs) graph.output(`outputs/${layer}`, nonFinite(value));
  for (const [index, { fullName }] of trained.entries()) {
    graph.output(`gradients/${fullName}`, nonFinite(found[index]!));
  }
  return writeModel(graph);
}

/**
 * The names of the state that a step changes, in a fixed order. Which statistics a layer updates shows when it is
 * built; the forward pass alone is enough for that.
 */
function changingState(
  { network, compiled, target, shapeOf }: Blueprint,
  data: DataSignature,
  batchSize: number,
): string[] {
  const graph = new Graph("state");
  const updated = new Set<string>();
  network.forward(dataInputs(graph, network, data, batchSize).x, {
    training: true,
    ...target,
    weight: stateInputs(graph, shapeOf),
    update: (name) => updated.add(name),
    seed: graph.input("seed", "uint32", []),
  });
  const trained = network.weights
    .filter((weight) => network.isTrainable(weight))
    .map(({ fullName, shape }) => ({ name: fullName, shape }));
  const moved = [...trained, ...compiled.optimizer.slots(trained)].map(({ name }) => name);
  return [...updated, ...moved];
}

function dataInputs(
  graph: Graph,
  network: Network,
  { x, y }: DataSignature,
  count: number | string,
): { x: Value[]; y: Value[] } {
  const names = dataNames(network);
  const declare = (signatures: readonly Signature[], names: readonly string[]) =>
    signatures.map(({ type, shape }, index) => graph.input(names[index]!, type, [count, ...shape]));
  return { x: declare(x, names.x), y: declare(y, names.y) };
}

function nonFinite(value: Value): Value {
  const bad = cast(logicalOr(isNotANumber(value), isInfinite(value)), "float32");
  return reduceSum(bad);
}
