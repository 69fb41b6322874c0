import { activations, type NetworkSettings, optimizerNames, placements } from "../../networks/experiment.ts";
import { activationNames, optimizerTitles, placeNames } from "../../networks/names.ts";

/** As a slider has it. */
interface Scale {
  minimum: number;
  maximum: number;
  step?: number;
  logarithmic?: boolean;
  base?: number;
  whole?: boolean;
}

/** How one of a network's settings is set. */
export type SettingControl =
  | ({ kind: "number" } & Scale)
  | { kind: "choice"; choices: readonly { value: string; name: string }[] }
  | { kind: "flag"; yes: string; no: string };

/** One of a network's settings, as it is shown. */
export interface Setting {
  name: keyof NetworkSettings;
  label: string;
  control: SettingControl;
  /** What it does, where its name does not say so. */
  note?: string;
}

/** All settings of a network, in the order in which they are shown. */
export const networkSettings: readonly Setting[] = [
  { name: "placement", label: "Batch norm", control: choice(placements, placeNames) },
  { name: "depth", label: "Hidden layers", control: { kind: "number", minimum: 1, maximum: 12 } },
  {
    name: "width",
    label: "Units in each",
    control: { kind: "number", minimum: 4, maximum: 512, logarithmic: true, step: 0.05, whole: true },
  },
  { name: "activation", label: "Activation", control: choice(activations, activationNames) },
  {
    name: "learningRate",
    label: "Learning rate",
    control: { kind: "number", minimum: 1e-5, maximum: 100, logarithmic: true },
  },
  { name: "optimizer", label: "Optimiser", control: choice(optimizerNames, optimizerTitles) },
  {
    name: "batchSize",
    label: "Batch size",
    control: { kind: "number", minimum: 1, maximum: 256, logarithmic: true, base: 2, step: 1, whole: true },
  },
  {
    name: "initialScale",
    label: "Initial weights ×",
    control: { kind: "number", minimum: 0.01, maximum: 20, logarithmic: true },
    note: "A factor on Glorot’s uniform weights.",
  },
  {
    name: "dropout",
    label: "Dropout",
    control: { kind: "number", minimum: 0, maximum: 0.9, step: 0.05 },
  },
  {
    name: "bias",
    label: "Bias of hidden layers",
    control: { kind: "flag", yes: "with", no: "without" },
    note: "Batch norm before the activation takes it away: its own beta does the same.",
  },
  {
    name: "momentum",
    label: "Momentum of running statistics",
    control: { kind: "number", minimum: 0, maximum: 0.999, step: 0.001 },
    note: "The share of the old in each step. For batch norm at inference only.",
  },
  {
    name: "frozen",
    label: "Batch norm’s layers",
    control: { kind: "flag", yes: "frozen", no: "learning" },
    note: "Frozen, it normalises by its running statistics in training too, and nothing of it is learned.",
  },
];

function choice<C extends string>(values: readonly C[], names: Readonly<Record<C, string>>): SettingControl {
  return { kind: "choice", choices: values.map((value) => ({ value, name: names[value] })) };
}
