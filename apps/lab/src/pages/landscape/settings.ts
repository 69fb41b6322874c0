import { choiceField, type Fields, numberField } from "../../address/fields.ts";
import { experimentFields } from "../../networks/fields.ts";
import { stepsField, type TrainedChoice } from "../../steps/fields.ts";
import type { Probe } from "./measure.ts";

/** What this page keeps in its address: networks, and how their landscapes are measured. */
export type Settings = TrainedChoice &
  Omit<Probe, "batch"> & {
    /** Which batch loss and gradient are of. */
    probe: Probe["batch"];
    /** Training steps from one measurement to the next. */
    every: number;
    /** The axis of the steps along the gradient. */
    scale: "linear" | "log";
  };

export const fields: Fields<Settings> = {
  ...experimentFields,
  steps: stepsField(),
  from: numberField(0.5, { minimum: 0.001, maximum: 1000 }),
  to: numberField(4, { minimum: 0.001, maximum: 1000 }),
  points: numberField(8, { minimum: 2, maximum: 30, whole: true }),
  probe: choiceField("next", ["next", "fixed"]),
  size: numberField(128, { minimum: 2, maximum: 500, whole: true }),
  every: numberField(5, { minimum: 1, maximum: 100, whole: true }),
  scale: choiceField("linear", ["linear", "log"]),
};
