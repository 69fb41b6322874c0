import { restoreLayer } from "../layers/index.js";
import { chain, type Wiring } from "./wiring.js";

/** A network as plain data. */
export interface NetworkConfiguration {
  layers: { type: string; options: Record<string, unknown> }[];
  /** How the layers are connected; absent where each takes what the one before it gives. */
  connections?: {
    /** The names of the inputs' layers. */
    inputs: string[];
    /** Uses of layers, each with the inputs and uses that it takes. */
    applications: { name: string; layer: string; inputs: string[] }[];
    outputs: string[];
  };
}

/** The wiring as plain data. */
export function wiringConfiguration(wiring: Wiring): NetworkConfiguration {
  const { inputs, applications, outputs } = wiring;
  const layers = wiring.layers.map((layer) => ({ type: layer.type, options: layer.configuration() }));
  if (isChain(wiring)) return { layers };
  return {
    layers,
    connections: {
      inputs: inputs.map(({ name }) => name),
      applications: applications.map(({ name, layer, inputs }) => ({
        name,
        layer: layer.name,
        inputs: [...inputs],
      })),
      outputs: [...outputs],
    },
  };
}

/** The wiring that `wiringConfiguration` described. */
export function restoreWiring({ layers, connections }: NetworkConfiguration): Wiring {
  const restored = layers.map(({ type, options }) => restoreLayer(type, options));
  if (!connections) return chain(restored);
  const byName = new Map(restored.map((layer) => [layer.name, layer]));
  return {
    layers: restored,
    inputs: connections.inputs.map((name) => ({ name, shape: byName.get(name)!.options.inputShape! })),
    applications: connections.applications.map(({ name, layer, inputs }) => ({
      name,
      layer: byName.get(layer)!,
      inputs,
    })),
    outputs: connections.outputs,
  };
}

/** Whether every layer takes what the one before it gives, and nothing else, so that `chain` makes the same wiring. */
function isChain({ layers, inputs, applications, outputs }: Wiring): boolean {
  const steps = [inputs[0]!.name, ...applications.map(({ name }) => name)];
  const own = layers.filter(({ type }) => type !== "inputLayer");
  return (
    inputs.length === 1 &&
    outputs.length === 1 &&
    outputs[0] === steps.at(-1) &&
    applications.length === own.length &&
    layers.slice(1).every(({ options }) => options.inputShape === undefined) &&
    applications.every(
      ({ inputs: [taken, ...others] }, index) => taken === steps[index] && others.length === 0,
    )
  );
}
