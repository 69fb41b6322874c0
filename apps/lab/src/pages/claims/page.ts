import { type WorkId, works } from "evenkeel-experiments/record";
import { choiceField, type Field } from "../../address/fields.ts";
import type { Page } from "../../frame/page.ts";

/** Verdicts that the ledger can be narrowed to. */
export const verdicts = ["all", "confirmed", "refuted", "undecided"] as const;

/** What this page keeps in its address. */
export interface Settings {
  /** The claim that is open, by its id; empty where the ledger is. */
  claim: string;
  verdict: (typeof verdicts)[number];
  /** The letters of a work. */
  work: WorkId | "all";
  /** Words that the claims shown must have. */
  search: string;
  /** At which size a claim is run here, where there is a choice. */
  size: "laptop" | "smoke";
}

export const page: Page<Settings> = {
  path: "claims",
  title: "Claims",
  summary: "What papers and lectures say of batch normalization, and what came out when it was measured.",
  fields: {
    claim: textField("an id such as IS15-8", /^[A-Z]{2}\d{2}-\d{1,3}$/),
    verdict: choiceField("all", verdicts),
    work: choiceField("all", ["all", ...(Object.keys(works) as WorkId[])]),
    search: textField("at most 60 letters", /^\P{C}{1,60}$/u),
    size: choiceField("laptop", ["laptop", "smoke"]),
  },
  presets: [
    { name: "All claims", settings: {}, look: "Every claim, with the verdict that its rule came to." },
    {
      name: "Refuted",
      settings: { verdict: "refuted" },
      look: "At this scale these came out the other way: each says why, as far as we know.",
      fails: true,
    },
    {
      name: "Undecided",
      settings: { verdict: "undecided" },
      look: "The effect’s interval reaches both sides of the rule’s bound: five seeds could not tell.",
      fails: true,
    },
    {
      name: "The paper’s first figure",
      settings: { claim: "IS15-8" },
      look: "Look at how early the two curves part, and how little is left of it at the end.",
    },
    {
      name: "An identity, to run here",
      settings: { claim: "IS15-2" },
      look: "Run it in this browser: five seeds take a few seconds and end in a verdict of your own.",
    },
  ],
  load: () => import("./Content.svelte"),
};

/** A text that fits a pattern, or none. */
function textField(takes: string, pattern: RegExp): Field<string> {
  return {
    default: "",
    read: (text) => (text === "" || pattern.test(text) ? text : undefined),
    write: (value) => value,
    takes: `${takes}, or nothing`,
  };
}
