import { choiceField, type Fields, numberField } from "../../address/fields.ts";
import { experimentFields, mostNetworks } from "../../networks/fields.ts";
import { stepsField, type TrainedChoice } from "../../steps/fields.ts";
import type { Place } from "./look.ts";
import { type Quantity, quantities } from "./quantities.ts";

/** What this page keeps in its address: networks, and which of their numbers is looked at. All count from 1. */
export type Settings = TrainedChoice &
  Place & {
    /** The number whose formula is shown. */
    quantity: Quantity;
    /** Of which example it is. */
    example: number;
  };

/** Most examples of a batch that is looked at. */
export const mostExamples = 64;

export const fields: Fields<Settings> = {
  ...experimentFields,
  steps: stepsField(),
  network: numberField(2, { minimum: 1, maximum: mostNetworks, whole: true }),
  layer: numberField(1, { minimum: 1, maximum: 12, whole: true }),
  channel: numberField(1, { minimum: 1, maximum: 784, whole: true }),
  batch: numberField(1, { minimum: 1, maximum: 10_000, whole: true }),
  size: numberField(16, { minimum: 1, maximum: mostExamples, whole: true }),
  mode: choiceField("training", ["training", "inference"]),
  quantity: choiceField("normalized", quantities),
  example: numberField(1, { minimum: 1, maximum: mostExamples, whole: true }),
};
