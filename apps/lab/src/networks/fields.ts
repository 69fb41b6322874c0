import {
  choiceField,
  type Field,
  type Fields,
  flagField,
  listField,
  numberField,
} from "../address/fields.ts";
import { digitDatasets } from "../data/names.ts";
import {
  activations,
  type Experiment,
  type NetworkSettings,
  optimizerNames,
  placements,
} from "./experiment.ts";

/** Fewer could not be compared, and more could not be told apart. */
export const mostNetworks = 4;

/**
 * An experiment as it stands in the address: what the networks have in common, and for each of their settings a list, of
 * one value for all or of one for each network.
 */
export type ExperimentChoice = Omit<Experiment, "networks"> & {
  /** How many networks there are, 2 to 4. */
  networks: number;
} & { [K in keyof NetworkSettings]: readonly NetworkSettings[K][] };

/** The fields of pages that train networks; those share them, so that a page goes on with another's networks. */
export const experimentFields: Fields<ExperimentChoice> = {
  dataset: choiceField("mnist", digitDatasets),
  // As many as the largest batch has, at least.
  examples: numberField(10_000, { minimum: 500, maximum: 60_000, whole: true }),
  seed: numberField(1, { minimum: 0, maximum: 999_999, whole: true }),
  networks: numberField(2, { minimum: 2, maximum: mostNetworks, whole: true }),
  placement: each(choiceField("none", placements), ["none", "before"]),
  depth: each(numberField(3, { minimum: 1, maximum: 12, whole: true })),
  width: each(numberField(100, { minimum: 4, maximum: 512, whole: true })),
  activation: each(choiceField("relu", activations)),
  bias: each(flagField(true)),
  optimizer: each(choiceField("sgd", optimizerNames)),
  learningRate: each(numberField(0.1, { minimum: 1e-5, maximum: 100 })),
  batchSize: each(numberField(64, { minimum: 1, maximum: 500, whole: true })),
  initialScale: each(numberField(1, { minimum: 0.01, maximum: 20 })),
  dropout: each(numberField(0, { minimum: 0, maximum: 0.9 })),
  momentum: each(numberField(0.9, { minimum: 0, maximum: 0.999 })),
  frozen: each(flagField(false)),
};

/** The settings of which each network has its own. */
const networkSettingNames = Object.keys(experimentFields).filter(
  (name) => !["dataset", "examples", "seed", "networks"].includes(name),
) as (keyof NetworkSettings)[];

/** What an address means. */
export function experimentOf(choice: ExperimentChoice): Experiment {
  const { dataset, examples, seed, networks } = choice;
  return {
    dataset,
    examples,
    seed,
    networks: Array.from({ length: networks }, (_, index) => settingsOf(choice, index)),
  };
}

/** The settings of one network: of lists that are too short for it, the last value. */
export function settingsOf(choice: ExperimentChoice, index: number): NetworkSettings {
  const entries = networkSettingNames.map((name) => [name, choice[name][index] ?? choice[name].at(-1)]);
  return Object.fromEntries(entries);
}

function each<T>(item: Field<T>, initial: readonly T[] = [item.default]): Field<readonly T[]> {
  return listField(initial, item, { least: 1, most: mostNetworks });
}
