import { gradients } from "../autodiff/gradients.js";
import type { Graph, Value } from "../graph/graph.js";
import { add } from "../graph/operations.js";
import type { Loss } from "../losses/losses.js";
import type { Metric } from "../metrics/metrics.js";
import type { Network } from "../network/network.js";
import type { Optimizer } from "../optimizers/optimizer.js";

/** What a model is trained with. */
export interface Compiled {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
}

/** The values that one step works on. */
export interface StepInputs {
  /** A batch, `[N, ...]`. */
  x: Value;
  /** Its targets. */
  y: Value;
  /** A uint32 scalar, the seed of everything random in the step. */
  seed: Value;
  /** A weight, or a tensor of the optimiser, before the step. */
  state(name: string): Value;
}

/** Loss and metrics of a batch, scalars by their names; `loss` comes first. */
export type Measures = Map<string, Value>;

/** The forward pass with its loss, in training mode or in inference mode. */
export function buildLoss(
  network: Network,
  { loss, metrics }: Pick<Compiled, "loss" | "metrics">,
  inputs: StepInputs,
  options: { training: boolean; device: string; update?(name: string, next: Value): void },
): { loss: Value; measures: Measures; outputs: Map<string, Value> } {
  const { graph } = inputs.x;
  const outputs = network.forward(inputs.x, { ...options, weight: inputs.state, seed: inputs.seed });
  const predictions = [...outputs.values()].at(-1)!;
  const data = graph.within("loss", () => loss.build(inputs.y, predictions));
  const penalty = network.penalty(inputs.state);
  const total = penalty ? graph.within("loss", () => add(data, penalty)) : data;
  const measures: Measures = new Map([["loss", total]]);
  for (const metric of metrics) {
    const value = graph.within(`metrics/${metric.name}`, () => metric.build(inputs.y, predictions, loss));
    measures.set(metric.name, value);
  }
  return { loss: total, measures, outputs };
}

/**
 * One whole training step: forward, loss, backward, optimiser, running statistics.
 *
 * @returns the state after the step, for every name that changes, and the batch's measures.
 */
export function buildStep(
  network: Network,
  compiled: Compiled,
  inputs: StepInputs & { learningRate: Value },
  device: string,
): { next: Map<string, Value>; measures: Measures } {
  const { graph } = inputs.x;
  const next = new Map<string, Value>();
  const { loss, measures } = buildLoss(network, compiled, inputs, {
    training: true,
    device,
    update: (name, value) => next.set(name, value),
  });
  const parameters = network.weights
    .filter((weight) => network.isTrainable(weight))
    .map(({ fullName, role, shape }) => ({ name: fullName, role, shape, value: inputs.state(fullName) }));
  const moved = compiled.optimizer.build(
    graph,
    parameters,
    inputs.learningRate,
    inputs.state,
    (scaledByLearningRate) =>
      gradients(
        loss,
        parameters.map(({ value }) => value),
        scaledByLearningRate ? inputs.learningRate : undefined,
      ),
  );
  for (const [name, value] of moved) next.set(name, value);
  return { next, measures };
}

/** Declares the state as inputs of a graph, each when it is first asked for. */
export function stateInputs(
  graph: Graph,
  shapeOf: (name: string) => readonly number[],
): (name: string) => Value {
  const declared = new Map<string, Value>();
  return (name) => {
    const value = declared.get(name) ?? graph.input(name, "float32", shapeOf(name));
    declared.set(name, value);
    return value;
  };
}
