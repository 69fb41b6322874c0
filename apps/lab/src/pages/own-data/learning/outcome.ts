import { type Model, tensor } from "evenkeel";
import type { Plan } from "../plan.ts";
import type { TrainingSettings } from "../settings.ts";
import type { Contest, Contestant, End } from "./contest.ts";
import type { Examples, Input } from "./examples.ts";
import { type Baseline, baselineOf, type Measures, measuresOf } from "./measures.ts";
import { finished } from "./network.ts";

/** What came of a training. */
export interface Outcome {
  plan: Plan;
  settings: TrainingSettings;
  /** Rows that were learned from, kept for validation, and left out since a value is missing. */
  rows: { training: number; validation: number; dropped: number };
  inputs: readonly Input[];
  /** The classes in the order of the outputs; undefined for a number. */
  classes: readonly string[] | undefined;
  /** Without batch normalization, and with it. */
  networks: readonly NetworkOutcome[];
  baseline: Baseline;
  /** Some of the validation rows. */
  predictions: readonly Prediction[];
}

export interface NetworkOutcome {
  normalized: boolean;
  end: End;
  /** Epochs that it took. */
  epochs: number;
  /** Numbers that it learned. */
  parameters: number;
  /** After the training, in inference mode; undefined for a network that could not be trained, or gives no numbers. */
  training: Measures | undefined;
  validation: Measures | undefined;
  warnings: readonly string[];
}

/** A row that was not learned from, and what the networks say of it. */
export interface Prediction {
  /** The line of the file. */
  line: number;
  /** The inputs as the networks take them. */
  inputs: readonly number[];
  /** The class, or the number. */
  truth: string | number;
  /** Of each network: the probabilities of the classes, or the number alone; undefined where it could not be trained. */
  outputs: readonly (readonly number[] | undefined)[];
}

/** Validation rows whose predictions are shown. */
const shownRows = 20;

/** A training that is over: what came of it, and the networks ready for use. */
export class Trained {
  private constructor(
    readonly outcome: Outcome,
    /** From raw features to answers; undefined for a network that could not be trained. */
    readonly models: readonly (Model | undefined)[],
  ) {}

  static async of(contest: Contest, plan: Plan): Promise<Trained> {
    const { examples, settings, contestants } = contest;
    const models: (Model | undefined)[] = [];
    const networks: NetworkOutcome[] = [];
    for (const contestant of contestants) {
      const isTrained = contestant.standing.end!.how !== "refused";
      models.push(isTrained ? await finished(contestant.model, examples, contest.runtime) : undefined);
      networks.push(await networkOutcome(contestant, examples, isTrained));
    }
    const { train, validation, inputs, target, dropped } = examples;
    const outcome = {
      plan,
      settings,
      rows: { training: train.x.shape[0]!, validation: validation.x.shape[0]!, dropped },
      inputs,
      classes: target.task === "class" ? target.classes : undefined,
      networks,
      baseline: baselineOf(examples),
      predictions: await predictionsOf(models, examples),
    };
    return new Trained(outcome, models);
  }

  /** What each network says of one example. @param inputs one number for each input. */
  async answers(inputs: readonly number[]): Promise<(number[] | undefined)[]> {
    const outputs = await outputsOf(this.models, Float32Array.from(inputs), inputs.length);
    return outputs.map((rows) => rows?.[0]);
  }

  async dispose(): Promise<void> {
    for (const model of this.models) await model?.dispose();
  }
}

async function networkOutcome(
  contestant: Contestant,
  examples: Examples,
  isTrained: boolean,
): Promise<NetworkOutcome> {
  const { model, normalized, standing, warnings } = contestant;
  const measured = async (part: "train" | "validation") => {
    if (!isTrained) return undefined;
    const { x, y } = examples[part];
    const { target } = examples;
    const logs = await model.evaluate(x, target.task === "class" ? y : target.scaling.transform(y));
    const measures = measuresOf(logs, examples);
    // Classes that are read from what is no number are none.
    return Number.isFinite(measures.loss) ? measures : undefined;
  };
  return {
    normalized,
    end: standing.end!,
    epochs: standing.epochs.length,
    parameters: model.summary(() => {}).trainable,
    training: await measured("train"),
    validation: await measured("validation"),
    warnings,
  };
}

async function predictionsOf(
  models: readonly (Model | undefined)[],
  examples: Examples,
): Promise<Prediction[]> {
  const { validation, validationLines, inputs, target } = examples;
  // From all parts of the file, which may be sorted by what is predicted.
  const sorted = [...validationLines.keys()].sort((a, b) => validationLines[a]! - validationLines[b]!);
  const shown = Math.min(shownRows, sorted.length);
  const order = Array.from(
    { length: shown },
    (_, place) => sorted[Math.floor((place * sorted.length) / shown)]!,
  );
  const rows = order.map((row) =>
    (validation.x.data as Float32Array).slice(row * inputs.length, (row + 1) * inputs.length),
  );
  const all = Float32Array.from(rows.flatMap((row) => [...row]));
  const outputs = await outputsOf(models, all, inputs.length);
  return order.map((row, place) => {
    const answer = Number(validation.y.data[row]);
    return {
      line: validationLines[row]!,
      inputs: Array.from(rows[place]!, shortest),
      truth: target.task === "class" ? target.classes[answer]! : answer,
      outputs: outputs.map((found) => found?.[place]),
    };
  });
}

/** The outputs of each network, row by row. */
async function outputsOf(
  models: readonly (Model | undefined)[],
  inputs: Float32Array,
  width: number,
): Promise<(number[][] | undefined)[]> {
  const results: (number[][] | undefined)[] = [];
  for (const model of models) {
    const output = await model?.predict(tensor(inputs, [inputs.length / width, width]));
    results.push(output && rowsOf(output));
  }
  return results;
}

function rowsOf({ data, shape }: { data: Float32Array; shape: readonly number[] }): number[][] {
  const width = shape[1]!;
  return Array.from({ length: shape[0]! }, (_, row) => [...data.subarray(row * width, (row + 1) * width)]);
}

/** The shortest decimal number that is this one in float32: 39.1, not 39.099998474121094. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}
