import type { Page } from "../../frame/page.ts";

/** What this page keeps in its address. */
export type Settings = Record<never, never>;

export const page: Page<Settings> = {
  path: "",
  title: "What it does",
  summary:
    "Six numbers on a line, and what batch normalization makes of them: standardise, scale, offset. Drag them.",
  fields: {},
  presets: [],
  load: () => import("./Content.svelte"),
};
