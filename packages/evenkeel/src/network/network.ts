import { Graph, type Value } from "../graph/graph.js";
import { add, bitwiseXor, cast } from "../graph/operations.js";
import type { Shape } from "../graph/shape.js";
import { Layer, type LayerContext, restoreLayer } from "../layers/index.js";
import { InputLayer } from "../layers/shaping.js";
import { randomStream, streamSeed } from "../random/stream.js";
import { formatShape, sizeOf, type Tensor } from "../tensor/tensor.js";
import { checkRegularizer, initialize, penalty, type WeightSpecification } from "../weights/index.js";

/** The name of the batch dimension where it is left open. */
export const batchDimension = "batch";

/** A weight of the network: its specification, and where it belongs. */
export interface NetworkWeight extends WeightSpecification {
  /** `LAYER/WEIGHT`, for example `dense_1/kernel`. */
  readonly fullName: string;
  readonly layer: Layer;
}

/** What a network needs from outside to write itself into a graph. */
export interface ForwardOptions {
  training: boolean;
  device: string;
  /** The value of a weight by its full name. */
  weight(fullName: string): Value;
  /** Takes the next value of a statistic. Needed while training. */
  update?(fullName: string, next: Value): void;
  /** A uint32 scalar, another at every step. Needed by layers that draw random numbers. */
  seed?: Value;
}

/** A network as plain data. */
export interface NetworkConfiguration {
  layers: { type: string; options: Record<string, unknown> }[];
}

/**
 * Layers one after another: what they are, which weights they need, which shapes pass between them. It knows
 * no tensors and no training.
 */
export class Network {
  readonly layers: readonly Layer[];
  /** Of one example, without the batch. */
  readonly inputShape: readonly number[];
  /** What each layer gives, with the batch dimension open. */
  readonly outputShapes: readonly Shape[];
  readonly weights: readonly NetworkWeight[];

  /**
   * @param layers the first one says the shape of an example: an `inputLayer`, or any with `inputShape`.
   * @throws Error naming the layer that does not fit what comes before it.
   */
  constructor(layers: readonly Layer[]) {
    for (const [index, layer] of layers.entries()) {
      if (layer instanceof Layer) continue;
      throw new TypeError(
        `Entry ${index} of layers is no layer. Make layers by layers.dense({...}) and its like.`,
      );
    }
    const [first] = layers;
    const inputShape = first?.options.inputShape;
    if (!inputShape) {
      throw new Error(
        "The model does not know the shape of its input. Begin with layers.inputLayer({ inputShape: [...] }), the shape of one example.",
      );
    }
    for (const [index, layer] of layers.entries()) {
      if (index > 0 && (layer instanceof InputLayer || layer.options.inputShape)) {
        throw new Error(
          `Only the first layer has an inputShape, but layer ${index + 1} (${layer.type}) has one.`,
        );
      }
    }
    if (new Set(layers).size < layers.length) {
      throw new Error("One layer object stands in the model twice. Make a layer of its own for each place.");
    }
    this.layers = layers;
    this.inputShape = inputShape;
    nameLayers(layers);
    const { shapes, weights } = this.trace();
    this.outputShapes = shapes;
    this.weights = weights;
  }

  /** The shape of the predictions for one example. */
  get outputShape(): Shape {
    return this.outputShapes.at(-1)!.slice(1);
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

  /** First values of all weights, each from a random stream of its own. */
  initialWeights(seed: number): Map<string, Tensor> {
    return new Map(
      this.weights.map(({ fullName, initializer, shape }) => [
        fullName,
        initialize(initializer, shape, randomStream(seed, "initialize", fullName)),
      ]),
    );
  }

  /** Writes the network into the graph of `input`. @returns what each layer gives, by its name, in order. */
  forward(input: Value, options: ForwardOptions): Map<string, Value> {
    const outputs = new Map<string, Value>();
    let value = cast(input, "float32");
    let draws = 0;
    for (const layer of this.layers) {
      const context: LayerContext = {
        training: options.training,
        device: options.device,
        weight: (name) => options.weight(`${layer.name}/${name}`),
        update: (name, next) => options.update?.(`${layer.name}/${name}`, next),
        randomSeed: () => {
          if (!options.seed)
            throw new Error(`${layer.name} draws random numbers, and the graph has no seed.`);
          draws += 1;
          const salt = value.graph.constant(streamSeed(draws, "draw") >>> 0, "uint32");
          return bitwiseXor(options.seed, salt);
        },
      };
      value = value.graph.within(layer.name, () => {
        const output = layer.apply(value, context);
        return output === value ? output : output.graph.label(output, "output");
      });
      outputs.set(layer.name, value);
    }
    return outputs;
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

  configuration(): NetworkConfiguration {
    return { layers: this.layers.map((layer) => ({ type: layer.type, options: layer.configuration() })) };
  }

  /** The network that `configuration()` described. */
  static restore({ layers }: NetworkConfiguration): Network {
    return new Network(layers.map(({ type, options }) => restoreLayer(type, options)));
  }

  /** Follows an open batch through the layers for the shapes and the weights they ask for. */
  private trace(): { shapes: Shape[]; weights: NetworkWeight[] } {
    const graph = new Graph("shapes");
    const weights: NetworkWeight[] = [];
    const shapes: Shape[] = [];
    let value = graph.input("input", "float32", [batchDimension, ...this.inputShape]);
    for (const layer of this.layers) {
      const own = new Map<string, Value>();
      try {
        for (const weight of layer.weights(value.shape)) {
          const fullName = `${layer.name}/${weight.name}`;
          if (weight.regularizer !== undefined) {
            checkRegularizer(`The regularizer of ${weight.name}`, weight.regularizer);
          }
          weights.push({ ...weight, fullName, layer });
          own.set(weight.name, graph.input(fullName, "float32", weight.shape));
        }
        const context: LayerContext = {
          training: false,
          device: "cpu",
          weight: (name) => own.get(name)!,
          update: () => {},
          randomSeed: () => graph.constant(0, "uint32"),
        };
        value = graph.within(layer.name, () => layer.apply(value, context));
      } catch (cause) {
        const message = cause instanceof Error ? cause.message : String(cause);
        throw new Error(
          `Layer "${layer.name}" cannot take inputs of shape ${formatShape(value.shape)}: ${message}`,
          { cause },
        );
      }
      shapes.push(value.shape);
    }
    return { shapes, weights };
  }
}

/** The number of elements of the weights that count as parameters: counters do not. */
export function parameterCount(weights: readonly NetworkWeight[]): number {
  return weights.reduce((sum, { role, shape }) => sum + (role === "counter" ? 0 : sizeOf(shape)), 0);
}

/** Names under which checkpoints and programs hold what is no layer's. */
const reservedNames = new Set(["optimizer", "kept", "next"]);

/** Gives nameless layers names by their type, `dense_1`, and refuses a name used twice. */
function nameLayers(layers: readonly Layer[]): void {
  const taken = new Set<string>();
  for (const { name } of layers) {
    if (name === "") continue;
    if (taken.has(name)) throw new Error(`Two layers are called "${name}"; names must be unique in a model.`);
    if (/[/\s]/.test(name)) throw new Error(`The layer name "${name}" must not contain "/" or spaces.`);
    if (reservedNames.has(name))
      throw new Error(`A layer cannot be called "${name}", a name that checkpoints or programs use.`);
    taken.add(name);
  }
  const counts = new Map<string, number>();
  for (const layer of layers) {
    if (layer.name !== "") continue;
    const base = layer.type.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    do {
      counts.set(base, (counts.get(base) ?? 0) + 1);
      layer.name = `${base}_${counts.get(base)}`;
    } while (taken.has(layer.name));
    taken.add(layer.name);
  }
}
