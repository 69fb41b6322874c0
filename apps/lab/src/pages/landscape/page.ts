import type { Page } from "../../frame/page.ts";

/** What this page keeps in its address. */
export type Settings = Record<never, never>;

export const page: Page<Settings> = {
  path: "landscape",
  title: "Landscape",
  summary:
    "How the loss and its gradient change along the step that training is about to take, with and without batch normalization.",
  fields: {},
  presets: [],
  load: () => import("./Content.svelte"),
};
