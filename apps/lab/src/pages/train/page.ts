import type { Page } from "../../frame/page.ts";

/** What this page keeps in its address. */
export type Settings = Record<never, never>;

export const page: Page<Settings> = {
  path: "train",
  title: "Train",
  summary: "Two to four networks learn the same images from the same seed, side by side, in this browser.",
  fields: {},
  presets: [],
  load: () => import("./Content.svelte"),
};
