import { choiceField, type Fields, flagField, numberField } from "../../address/fields.ts";
import { type ActivationName, activations } from "../../networks/experiment.ts";
import { type ColumnChoice, columnField, columnsField } from "./fields.ts";
import { type SampleName, sampleNames } from "./samples.ts";
import { type Header, headers } from "./table/summary.ts";

/** What the target is taken as; `auto`: a class where it has names or few numbers. */
export const tasks = ["auto", "class", "number"] as const;

/** Where the one network has batch normalization: before or after each hidden activation, or only on the features. */
export const placements = ["before", "after", "input"] as const;

/** Their names are those of the library. */
export const optimizerNames = ["sgd", "adam", "rmsProp"] as const;

/** How both networks are made and trained. */
export interface TrainingSettings {
  /** Whether numbers among the features are standardised: mean 0 and variance 1 over the training rows. */
  scaled: boolean;
  placement: (typeof placements)[number];
  /** Hidden layers. */
  depth: number;
  /** Units of each. */
  width: number;
  activation: ActivationName;
  optimizer: (typeof optimizerNames)[number];
  learningRate: number;
  batchSize: number;
  epochs: number;
  /** Percent of the rows that are kept for validation. */
  validation: number;
  seed: number;
}

/** What this page keeps in its address. */
export interface Settings extends TrainingSettings {
  /** A sample, or `file`: one of the visitor's own, which no address can hold. */
  data: SampleName | "file";
  header: Header;
  /** The column to predict; "" for the proposed one. */
  target: string;
  task: (typeof tasks)[number];
  /** Columns that are not among the features, beside the target. */
  without: ColumnChoice;
}

export const bounds = {
  depth: { minimum: 1, maximum: 12 },
  width: { minimum: 1, maximum: 256 },
  learningRate: { minimum: 1e-4, maximum: 100 },
  batchSize: { minimum: 1, maximum: 256 },
  epochs: { minimum: 1, maximum: 300 },
  validation: { minimum: 5, maximum: 50 },
  seed: { minimum: 0, maximum: 999_999 },
} as const;

export const fields: Fields<Settings> = {
  data: choiceField("penguins", [...sampleNames, "file"]),
  header: choiceField("auto", headers),
  target: columnField,
  task: choiceField("auto", tasks),
  without: columnsField,
  scaled: flagField(true),
  placement: choiceField("before", placements),
  depth: numberField(2, { ...bounds.depth, whole: true }),
  width: numberField(32, { ...bounds.width, whole: true }),
  activation: choiceField("relu", activations),
  optimizer: choiceField("sgd", optimizerNames),
  learningRate: numberField(0.1, bounds.learningRate),
  batchSize: numberField(32, { ...bounds.batchSize, whole: true }),
  epochs: numberField(50, { ...bounds.epochs, whole: true }),
  validation: numberField(20, { ...bounds.validation, whole: true }),
  seed: numberField(1, { ...bounds.seed, whole: true }),
};

/** The part of the settings that networks are made and trained by. */
export function trainingSettings(settings: Settings): TrainingSettings {
  const {
    data: _data,
    header: _header,
    target: _target,
    task: _task,
    without: _without,
    ...training
  } = settings;
  return training;
}
