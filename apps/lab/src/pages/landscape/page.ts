import type { Page } from "../../frame/page.ts";
import { presets } from "./presets.ts";
import { fields, type Settings } from "./settings.ts";

export const page: Page<Settings> = {
  path: "landscape",
  title: "Landscape",
  summary:
    "How the loss and its gradient change along the step that training is about to take, with and without batch normalization, at the weights of this moment.",
  fields,
  presets,
  load: () => import("./Content.svelte"),
};
