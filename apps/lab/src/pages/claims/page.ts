import type { Page } from "../../frame/page.ts";

/** What this page keeps in its address. */
export type Settings = Record<never, never>;

export const page: Page<Settings> = {
  path: "claims",
  title: "Claims",
  summary: "What papers and lectures say of batch normalization, and what came out when it was measured.",
  fields: {},
  presets: [],
  load: () => import("./Content.svelte"),
};
