import type { Value } from "../graph/graph.js";
import { add, bitwiseXor, cast } from "../graph/operations.js";
import type { Shape } from "../graph/shape.js";
import {
  batchDimension,
  describeLayer,
  type Layer,
  type LayerContext,
  type SymbolicTensor,
  type Target,
} from "../layers/index.js";
import { randomStream, streamSeed } from "../random/stream.js";
import { formatShape, sizeOf, type Tensor } from "../tensor/tensor.js";
import {
  checkInitializer,
  checkRegularizer,
  initialize,
  penalty,
  type WeightSpecification,
} from "../weights/index.js";
import { type NetworkConfiguration, restoreWiring, wiringConfiguration } from "./configuration.js";
import { type Application, chain, connect, type NetworkInput, type Wiring } from "./wiring.js";

/** A weight of the network: its specification, and where it belongs. */
export interface NetworkWeight extends WeightSpecification {
  /** `LAYER/WEIGHT`, for example `dense_1/kernel`. */
  readonly fullName: string;
  readonly layer: Layer;
}

/** What a network needs from outside to write itself into a graph. */
export interface ForwardOptions extends Target {
  training: boolean;
  /** The value of a weight by its full name. */
  weight(fullName: string): Value;
  /** Takes the next value of a statistic. Needed while training. */
  update?(fullName: string, next: Value): void;
  /** A uint32 scalar, another at every step. Needed by layers that draw random numbers. */
  seed?: Value;
}

/**
 * Layers and how they are connected: which weights they need, which shapes pass between them. It knows no
 * tensors and no training.
 */
export class Network {
  /** Each once, those of the inputs among them. */
  readonly layers: readonly Layer[];
  readonly inputs: readonly NetworkInput[];
  /** The names of what it gives. */
  readonly outputs: readonly string[];
  /** The uses of layers, in an order in which they can be computed. */
  readonly applications: readonly Application[];
  /** What inputs and applications give, by name, with the batch dimension open. */
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly weights: readonly NetworkWeight[];

  /**
   * @param source layers one after another, of which the first says the shape of an example; or a wiring.
   * @throws Error naming the layer that does not fit what comes before it.
   */
  constructor(source: readonly Layer[] | Wiring) {
    const { layers, inputs, applications, outputs } = "applications" in source ? source : chain(source);
    this.layers = layers;
    this.inputs = inputs;
    this.applications = applications;
    this.outputs = outputs;
    const { shapes, weights } = this.trace();
    this.shapes = shapes;
    this.weights = weights;
  }

  /**
   * The network that leads from inputs to outputs, in a functional model.
   *
   * @throws Error when an output rests on an input that is not named, or a named one on nothing.
   */
  static connect(inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]): Network {
    return new Network(connect(inputs, outputs));
  }

  /** The network that `configuration()` described. */
  static restore(configuration: NetworkConfiguration): Network {
    return new Network(restoreWiring(configuration));
  }

  /** The network as plain data. */
  configuration(): NetworkConfiguration {
    return wiringConfiguration(this);
  }

  /** What one of the outputs gives for one example. */
  outputShape(output: string): Shape {
    return this.shapes.get(output)!.slice(1);
  }

  /** Whether `fit` may change a weight: its layer is trainable and it is no statistic. */
  isTrainable({ layer, role }: NetworkWeight): boolean {
    return layer.trainable && role !== "statistic" && role !== "counter";
  }

  /** The layer of a name. @throws Error naming those there are. */
  layer(name: string): Layer {
    const found = this.layers.find((layer) => layer.name === name);
    if (found) return found;
    throw new Error(`There is no layer "${name}". There are: ${this.layers.map((l) => l.name).join(", ")}.`);
  }

  /** @throws Error, naming those there are, unless a layer gives a value of this name. */
  requireValue(name: string): void {
    if (this.shapes.has(name)) return;
    throw new Error(`There is no layer "${name}". There are: ${[...this.shapes.keys()].join(", ")}.`);
  }

  /**
   * First values of all weights, each from a random stream of its own.
   *
   * @param given those that have a value already, by their full names.
   */
  initialWeights(seed: number, given: ReadonlyMap<string, Tensor> = new Map()): Map<string, Tensor> {
    return new Map(
      this.weights.map(({ fullName, initializer, shape }) => [
        fullName,
        given.get(fullName) ?? initialize(initializer, shape, randomStream(seed, "initialize", fullName)),
      ]),
    );
  }

  /**
   * Writes the network into a graph.
   *
   * @param inputs `[N, ...]` each, in the order of the network's inputs.
   * @returns what inputs and applications give, by name, in order.
   */
  forward(inputs: readonly Value[], options: ForwardOptions): Map<string, Value> {
    const values = new Map<string, Value>();
    for (const [index, { name }] of this.inputs.entries()) {
      values.set(name, cast(inputs[index]!, "float32"));
    }
    // A shared layer's second use starts from the statistics that its first use left.
    const updated = new Map<string, Value>();
    let draws = 0;
    for (const { name, layer, inputs } of this.applications) {
      const taken = inputs.map((input) => values.get(input)!);
      const { graph } = taken[0]!;
      const context: LayerContext = {
        training: options.training,
        device: options.device,
        channelBlock: options.channelBlock,
        weight: (weight) => {
          const fullName = `${layer.name}/${weight}`;
          return updated.get(fullName) ?? options.weight(fullName);
        },
        update: (weight, next) => {
          const fullName = `${layer.name}/${weight}`;
          updated.set(fullName, next);
          options.update?.(fullName, next);
        },
        randomSeed: () => {
          if (!options.seed) throw new Error(`${name} draws random numbers, and the graph has no seed.`);
          draws += 1;
          return bitwiseXor(options.seed, graph.constant(streamSeed(draws, "draw") >>> 0, "uint32"));
        },
      };
      const output = graph.within(name, () => {
        const output = layer.build(context, ...taken);
        return taken.includes(output) ? output : output.graph.label(output, "output");
      });
      values.set(name, output);
    }
    return values;
  }

  /** The sum of all regularisers' penalties, where there are any. */
  penalty(weight: (fullName: string) => Value): Value | undefined {
    const terms: Value[] = [];
    for (const { fullName, regularizer } of this.weights) {
      if (!regularizer) continue;
      const value = weight(fullName);
      const term = value.graph.within(`${fullName}/penalty`, () => penalty(value, regularizer));
      if (term) terms.push(term);
    }
    return terms.length > 0 ? terms.reduce((sum, term) => add(sum, term)) : undefined;
  }

  /** Follows an open batch through the layers for the shapes, and the weights they ask for. */
  private trace(): { shapes: Map<string, Shape>; weights: NetworkWeight[] } {
    const shapes = new Map<string, Shape>();
    const weights: NetworkWeight[] = [];
    const seen = new Map<Layer, WeightSpecification[]>();
    for (const { name, shape } of this.inputs) shapes.set(name, [batchDimension, ...shape]);
    for (const { name, layer, inputs } of this.applications) {
      const described = describeLayer(
        layer,
        inputs.map((input) => shapes.get(input)!),
      );
      shapes.set(name, described.shape);
      const earlier = seen.get(layer);
      if (earlier) requireSameWeights(layer, earlier, described.weights);
      else {
        seen.set(layer, described.weights);
        for (const weight of described.weights) {
          const { name, initializer, regularizer, shape } = weight;
          checkInitializer(`Layer "${layer.name}", the initializer of ${name}`, initializer, shape);
          if (regularizer !== undefined) {
            checkRegularizer(`Layer "${layer.name}", the regularizer of ${name}`, regularizer);
          }
          weights.push({ ...weight, fullName: `${layer.name}/${weight.name}`, layer });
        }
      }
    }
    return { shapes, weights };
  }
}

/** A shared layer has one set of weights, which must suit all its places. */
function requireSameWeights(
  layer: Layer,
  earlier: readonly WeightSpecification[],
  later: readonly WeightSpecification[],
): void {
  for (const [index, { name, shape }] of later.entries()) {
    const before = earlier[index]!;
    if (formatShape(before.shape) === formatShape(shape)) continue;
    throw new Error(
      `Layer "${layer.name}" is shared by inputs of different shapes: its ${name} would be ${formatShape(before.shape)} for one and ${formatShape(shape)} for another.`,
    );
  }
}

/** The number of elements of the weights that count as parameters: counters do not. */
export function parameterCount(weights: readonly NetworkWeight[]): number {
  return weights.reduce((sum, { role, shape }) => sum + (role === "counter" ? 0 : sizeOf(shape)), 0);
}
