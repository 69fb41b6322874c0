import { choiceField, numberField } from "../../address/fields.ts";
import type { Page } from "../../frame/page.ts";
import { type ExperimentChoice, experimentFields } from "../../networks/fields.ts";
import { presets } from "./presets.ts";

/** What this page keeps in its address. */
export type Settings = ExperimentChoice & {
  /** The kind of charts that is shown. */
  view: View;
  /** The hidden layer that charts of one layer show; 0 is each network's last. */
  layer: number;
};

export const views = ["learning", "modes", "preactivations", "gradients", "affine", "weights"] as const;
export type View = (typeof views)[number];

export const page: Page<Settings> = {
  path: "train",
  title: "Train",
  summary: "Two to four networks learn the same images from the same seed, side by side, in this browser.",
  fields: {
    ...experimentFields,
    view: choiceField("learning", views),
    layer: numberField(0, { minimum: 0, maximum: 12, whole: true }),
  },
  selections: ["view", "layer"],
  presets,
  load: () => import("./Content.svelte"),
};
