import { gradients } from "../autodiff/gradients.js";
import type { Graph, Value } from "../graph/graph.js";
import { add, mul } from "../graph/operations.js";
import type { Target } from "../layers/index.js";
import type { Loss } from "../losses/losses.js";
import type { Metric } from "../metrics/metrics.js";
import type { Network } from "../network/network.js";
import type { Optimizer } from "../optimizers/optimizer.js";

/** What one output of a network is trained to, and measured by. */
export interface Objective {
  /** The output's name. */
  readonly output: string;
  readonly loss: Loss;
  /** Factor of its loss in the total. */
  readonly weight: number;
  readonly metrics: readonly Metric[];
}

/** What a model is trained with. */
export interface Compiled {
  readonly optimizer: Optimizer;
  /** One for each output of the network, in their order. */
  readonly objectives: readonly Objective[];
}

/** The values that one step works on. */
export interface StepInputs {
  /** A batch, `[N, ...]`, for each input of the network. */
  x: readonly Value[];
  /** Its targets, for each output. */
  y: readonly Value[];
  /** A uint32 scalar, the seed of everything random in the step. */
  seed: Value;
  /** A weight, or a tensor of the optimiser, before the step. */
  state(name: string): Value;
}

/**
 * Loss and metrics of a batch, scalars by their names; `loss` comes first. Of several outputs, `loss` is the
 * weighted sum, and each one's own are called `OUTPUT/loss`, `OUTPUT/accuracy`.
 */
export type Measures = Map<string, Value>;

/** The forward pass with its loss, in training mode or in inference mode. */
export function buildLoss(
  network: Network,
  { objectives }: Pick<Compiled, "objectives">,
  inputs: StepInputs,
  options: Target & { training: boolean; update?(name: string, next: Value): void },
): { loss: Value; measures: Measures; outputs: Map<string, Value> } {
  const { graph } = inputs.x[0]!;
  const outputs = network.forward(inputs.x, { ...options, weight: inputs.state, seed: inputs.seed });
  const single = objectives.length === 1;
  const terms: Value[] = [];
  const own: Measures = new Map();
  for (const [index, { output, loss, weight, metrics }] of objectives.entries()) {
    const targets = inputs.y[index]!;
    const predictions = outputs.get(output)!;
    const prefix = single ? "" : `${output}/`;
    const term = graph.within(`${prefix}loss`, () => loss.build(targets, predictions));
    terms.push(weight === 1 ? term : graph.within(`${prefix}loss`, () => mul(term, weight)));
    if (!single) own.set(`${output}/loss`, term);
    for (const metric of metrics) {
      const name = `${prefix}${metric.name}`;
      own.set(
        name,
        graph.within(`metrics/${name}`, () => metric.build(targets, predictions, loss)),
      );
    }
  }
  const penalty = network.penalty(inputs.state);
  if (penalty) terms.push(penalty);
  const loss = graph.within("loss", () => terms.reduce((sum, term) => add(sum, term)));
  return { loss, measures: new Map([["loss", loss], ...own]), outputs };
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
  target: Target,
): { next: Map<string, Value>; measures: Measures } {
  const { graph } = inputs.x[0]!;
  const next = new Map<string, Value>();
  const { loss, measures } = buildLoss(network, compiled, inputs, {
    training: true,
    ...target,
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
