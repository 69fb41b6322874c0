import type { Page } from "../../frame/page.ts";

/** What this page keeps in its address. */
export type Settings = Record<never, never>;

export const page: Page<Settings> = {
  path: "own-data",
  title: "Your own data",
  summary:
    "A CSV file of yours, trained with and without batch normalization in this browser; the model is yours to keep as ONNX.",
  fields: {},
  presets: [],
  load: () => import("./Content.svelte"),
};
