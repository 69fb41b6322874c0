import { tensor } from "evenkeel";
import type { Competitor } from "./comparison.ts";
import { layerNames } from "./experiment.ts";

/** What a network says of an image, in inference mode. */
export interface Classification {
  /** Of each class. */
  probabilities: readonly number[];
  /** What comes out of each hidden layer's activation, by unit. */
  activations: readonly Float32Array[];
}

/**
 * Lets a network classify an image.
 *
 * @param pixels 28 rows of 28, 0 to 255.
 * @returns undefined where the network gives no finite numbers.
 */
export async function classified(
  { model, settings }: Competitor,
  pixels: Uint8Array,
): Promise<Classification | undefined> {
  const hidden = Array.from({ length: settings.depth }, (_, index) => layerNames.activation(index + 1));
  const outputs = await model.outputs(tensor(pixels, [1, 28, 28]), [...hidden, layerNames.output]);
  const logits = Array.from(outputs.at(-1)!.data);
  if (!logits.every(Number.isFinite)) return undefined;
  return { probabilities: softmax(logits), activations: outputs.slice(0, -1).map(({ data }) => data) };
}

/** Networks are trained on logits; these are the probabilities that they stand for. */
function softmax(logits: readonly number[]): number[] {
  const highest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - highest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
