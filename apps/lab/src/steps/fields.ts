import { numberField } from "../address/fields.ts";
import type { ExperimentChoice } from "../networks/fields.ts";

/** Most steps that an address can ask for. */
export const mostSteps = 100_000;

/**
 * How many steps the networks have taken. Pages share this field; one that is opened with it trains the networks so
 * far.
 */
export const stepsField = numberField(0, { minimum: 0, maximum: mostSteps, whole: true });

/** The settings of a page that looks at networks in training. */
export type TrainedChoice = ExperimentChoice & { steps: number };
