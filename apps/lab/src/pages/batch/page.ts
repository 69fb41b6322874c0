import type { Page } from "../../frame/page.ts";

/** What this page keeps in its address. */
export type Settings = Record<never, never>;

export const page: Page<Settings> = {
  path: "batch",
  title: "Inside one batch",
  summary:
    "One layer, one channel, one batch: every number that batch normalization computes, forward and backward.",
  fields: {},
  presets: [],
  load: () => import("./Content.svelte"),
};
