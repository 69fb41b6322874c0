import type { Engine } from "./engine.js";
import type { Examples } from "./examples.js";

/** What to do when the loss becomes NaN or infinite. */
export type NonFiniteAction = "throw" | "stop" | "continue";

/** Where the loss, or a weight, stopped being a finite number. */
export interface NonFiniteReport {
  /** The optimiser step, counted from 1 over the model's life. */
  step: number;
  /** Counted from 1. */
  epoch: number;
  /** Of this step; finite when it is the update that is not. */
  loss: number;
  /** The layer, as far as it can be told. */
  layer: string | undefined;
  /** What was found there, in words. */
  finding: string;
}

/** The loss, or the weights by an update, became NaN or infinite. The model holds the weights from before that step. */
export class NonFiniteLossError extends Error {
  override readonly name = "NonFiniteLossError";
  constructor(readonly report: NonFiniteReport) {
    super(describeNonFinite(report));
  }
}

/** The report as a sentence or two. */
export function describeNonFinite({ step, epoch, loss, finding }: NonFiniteReport): string {
  const what = Number.isNaN(loss) ? "NaN" : "infinite";
  const event = Number.isFinite(loss)
    ? `Step ${step} (epoch ${epoch}) made weights NaN or infinite, with a loss of still ${loss}`
    : `The loss became ${what} at step ${step} (epoch ${epoch})`;
  return `${event}: ${finding} The model holds its weights from before this step. A smaller learning rate, batch normalization, scaled inputs or gradient clipping (globalClipNorm) usually help.`;
}

/**
 * Looks for the first place in a training step where a value is not finite: data, then weights, then layers in
 * their order, then gradients.
 */
export async function locateNonFinite(
  engine: Engine,
  batch: Examples,
  seed: number,
): Promise<Pick<NonFiniteReport, "layer" | "finding">> {
  const counts = await engine.diagnose(batch, seed);
  const bad = Object.entries(counts).filter(([, count]) => count > 0);
  const first = (prefix: string) => bad.find(([name]) => name.startsWith(prefix));
  const values = (count: number) => `${count} value${count === 1 ? " is" : "s are"} NaN or infinite`;

  const data = first("counts/data/");
  if (data) {
    const part = data[0].startsWith("counts/data/x/") ? "examples" : "targets";
    return { layer: undefined, finding: `in the batch's ${part}, ${values(data[1])}.` };
  }
  const weight = first("weights/");
  if (weight) {
    const name = weight[0].slice("weights/".length);
    return {
      layer: name.split("/")[0],
      finding: `in the weight "${name}", ${values(weight[1])} since the step before.`,
    };
  }
  const output = first("outputs/");
  if (output) {
    const layer = output[0].slice("outputs/".length);
    return {
      layer: layer.split(":")[0],
      finding: `layer "${layer}" is the first whose output is not finite: ${values(output[1])}.`,
    };
  }
  const gradient = first("gradients/");
  if (gradient) {
    const name = gradient[0].slice("gradients/".length);
    return {
      layer: name.split("/")[0],
      finding: `every layer's output is finite, but in the gradient of "${name}", ${values(gradient[1])}.`,
    };
  }
  return {
    layer: undefined,
    finding: "every layer's output and every gradient is finite; the loss itself or the update overflows.",
  };
}
