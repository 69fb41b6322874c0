import type { Page } from "../../frame/page.ts";
import { presets } from "./presets.ts";
import { fields, type Settings } from "./settings.ts";

export const page: Page<Settings> = {
  path: "batch",
  title: "Inside one batch",
  summary:
    "One layer, one channel, one batch: every number that batch normalization computes, forward and backward. Choose a number in the table to see how it came about.",
  fields,
  selections: ["quantity", "example"],
  presets,
  load: () => import("./Content.svelte"),
};
