import { numberField } from "../address/fields.ts";
import type { ExperimentChoice } from "../networks/fields.ts";

/** Most steps that an address can ask for. */
export const mostSteps = 100_000;

/**
 * How many steps the networks have taken; a page that is opened with it trains them so far, anew if need be. Each page
 * has a field of its own: a link to another one says nothing of steps, which takes the networks as they are.
 */
export const stepsField = () => numberField(0, { minimum: 0, maximum: mostSteps, whole: true });

/** The settings of a page that looks at networks in training. */
export type TrainedChoice = ExperimentChoice & { steps: number };
