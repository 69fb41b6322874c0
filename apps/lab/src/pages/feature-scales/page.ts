import type { Page } from "../../frame/page.ts";

/** What this page keeps in its address. */
export type Settings = Record<never, never>;

export const page: Page<Settings> = {
  path: "feature-scales",
  title: "Features of different size",
  summary:
    "Phones against cash withdrawals: two features of different size make the loss a narrow valley, which gradient descent crosses instead of going along.",
  fields: {},
  presets: [],
  load: () => import("./Content.svelte"),
};
