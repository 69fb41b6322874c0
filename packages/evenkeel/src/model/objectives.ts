import { type Loss, type LossName, lossOf } from "../losses/losses.js";
import { type Metric, type MetricName, metricOf } from "../metrics/metrics.js";
import { requireKnown, shown } from "../options/known.js";
import type { Objective } from "../training/step.js";
import type { CompileOptions } from "./options.js";

/**
 * What each output of a model is trained to.
 *
 * @throws TypeError or RangeError for options that `compile` does not have, or outputs that the model has not.
 */
export function objectivesOf(options: CompileOptions, outputs: readonly string[]): Objective[] {
  requireKnown("compile", options, { optimizer: true, loss: true, lossWeights: true, metrics: true });
  const { loss, lossWeights = {}, metrics = [] } = options;
  requireOutputs("lossWeights", lossWeights, outputs, "");
  const losses = isByOutput(loss)
    ? requireOutputs("loss", loss, outputs, "one for all outputs, or ")
    : undefined;
  const measured = isList(metrics) ? undefined : requireOutputs("metrics", metrics, outputs, "an array, or ");
  return outputs.map((output) => {
    const own = losses ? losses[output] : (loss as LossName | Loss);
    if (losses && own === undefined) throw new RangeError(`loss names no loss for the output "${output}".`);
    const weight = lossWeights[output] ?? 1;
    if (!Number.isFinite(weight)) {
      throw new RangeError(`lossWeights: that of "${output}" must be a finite number, got ${shown(weight)}.`);
    }
    const list = measured ? (measured[output] ?? []) : metrics;
    if (!isList(list)) throw new TypeError(`metrics must be an array, got ${shown(list)}.`);
    return { output, loss: lossOf(own!), weight, metrics: list.map(metricOf) };
  });
}

/** The objectives as options of `compile`, by names alone; those of a single output as they were given. */
export function objectiveNames(objectives: readonly Objective[]): {
  loss: string | Record<string, string>;
  lossWeights: Record<string, number>;
  metrics: string[] | Record<string, string[]>;
} {
  const by = <T>(of: (objective: Objective) => T) =>
    Object.fromEntries(objectives.map((objective) => [objective.output, of(objective)]));
  const lossName = ({ loss }: Objective) => loss.type;
  const metricNames = ({ metrics }: Objective) => metrics.map(({ name }) => name);
  const [single, ...others] = objectives;
  return {
    loss: others.length === 0 ? lossName(single!) : by(lossName),
    lossWeights: by(({ weight }) => weight),
    metrics: others.length === 0 ? metricNames(single!) : by(metricNames),
  };
}

function isList(metrics: unknown): metrics is readonly (MetricName | Metric)[] {
  return Array.isArray(metrics);
}

/** A loss has a `build`; an object without one holds losses by output. */
function isByOutput(loss: CompileOptions["loss"]): loss is Readonly<Record<string, LossName | Loss>> {
  return typeof loss === "object" && loss !== null && !("build" in loss);
}

/** @param others what the option may be instead, for its message. */
function requireOutputs<T extends object>(
  option: string,
  byOutput: T,
  outputs: readonly string[],
  others: string,
): T {
  if (typeof byOutput !== "object" || byOutput === null || Array.isArray(byOutput)) {
    throw new TypeError(
      `${option} must be ${others}an object by output (${outputs.join(", ")}), got ${shown(byOutput)}.`,
    );
  }
  const unknown = Object.keys(byOutput).find((name) => !outputs.includes(name));
  if (unknown === undefined) return byOutput;
  throw new RangeError(
    `${option} names "${unknown}", which is no output of the model. There are: ${outputs.join(", ")}.`,
  );
}
