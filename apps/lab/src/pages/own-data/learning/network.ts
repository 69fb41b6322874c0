import { type Layer, layers, type Model, networks, optimizers, type Runtime, sequential } from "evenkeel";
import type { TrainingSettings } from "../settings.ts";
import type { Examples } from "./examples.ts";

/**
 * A network for examples, compiled. Two of one seed begin with the same kernels. It takes the features as they are:
 * where they are to be standardised, that is its first layer.
 *
 * It gives logits, or the standardised target.
 */
export function networkFor(
  { inputs, target, scaling }: Examples,
  settings: TrainingSettings,
  { normalized, runtime }: { normalized: boolean; runtime: Runtime },
): Model {
  const { scaled, placement, depth, width, activation, optimizer, learningRate, seed } = settings;
  const isClass = target.task === "class";
  const normalization = { type: "batchNormalization", momentum: 0.9 } as const;
  const model = networks.mlp({
    inputShape: [inputs.length],
    units: Array.from({ length: depth }, () => width),
    classes: isClass ? target.classes.length : 1,
    preprocessing: scaled ? [layers.normalization({ name: "standardisation", ...scaling })] : [],
    normalization: normalized && placement !== "input" ? normalization : "none",
    inputNormalization: normalized && placement === "input" ? normalization : "none",
    placement: placement === "after" ? "after" : "before",
    activation,
    seed,
    runtime,
  });
  model.compile({
    optimizer: optimizers[optimizer]({ learningRate }),
    loss: isClass ? "sparseCategoricalCrossentropy" : "meanSquaredError",
    metrics: isClass ? ["accuracy"] : [],
  });
  return model;
}

/**
 * A trained network for use: from features as they are to the probabilities of the classes, or to the target in its
 * own units. This is what predictions are made with, and what can be downloaded.
 */
export async function finished(model: Model, { target }: Examples, runtime: Runtime): Promise<Model> {
  const whole = sequential([...model.layers, endOf(target)], { runtime });
  await whole.setWeights(await model.getWeights());
  return whole;
}

function endOf(target: Examples["target"]): Layer {
  if (target.task === "class") return layers.activation({ name: "probabilities", activation: "softmax" });
  const { mean, variance } = target.scaling.parameters;
  // A target that never changes in the training examples is divided by 1.
  return layers.rescaling({ name: "units", scale: Math.sqrt(variance[0]!) || 1, offset: mean[0]! });
}
