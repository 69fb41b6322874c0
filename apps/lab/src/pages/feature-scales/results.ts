import type { InputForm } from "evenkeel-experiments";
import type { Mark, Plot, SeriesStyle } from "evenkeel-experiments/figures";
import { written } from "./numbers.ts";
import { convergedAt, inWords, type Outcome, outcomeOf } from "./outcome.ts";
import type { Descents, DescentsRequest, FormDescent } from "./service.ts";

/** What the forms are called. */
export const titles: Readonly<Record<InputForm, string>> = {
  raw: "Raw features",
  standardized: "Standardised",
  batchNormalized: "Batch norm as input layer",
};

/** All of them, in the order in which they stand on the page. */
export const forms = Object.keys(titles) as readonly InputForm[];

/** Their colours: grey is what batch norm is compared with, and batch norm blue, as everywhere. */
export const colors: Readonly<Record<InputForm, string>> = {
  raw: "var(--series-grey)",
  standardized: "var(--series-3)",
  batchNormalized: "var(--series-1)",
};

/** How their curves look: dashes let the one below be seen where two are the same. */
export const styles: ReadonlyMap<string, SeriesStyle> = new Map(
  forms.map((form) => [
    titles[form],
    { color: colors[form], ...(form === "batchNormalized" && { dash: "6 4" }) },
  ]),
);

/** What there is to tell of one form. */
export interface FormResult {
  form: InputForm;
  descent: FormDescent;
  /** The loss as a share of the target's variance, after 0, 1, 2, … steps. */
  shares: readonly number[];
  outcome: Outcome;
  /** The outcome in words. */
  words: string;
  rate: number;
  /** The largest stable rate. */
  limit: number;
  /** Greatest ÷ least eigenvalue of the Hessian. */
  condition: number;
  /** Whether one solution is the best of all, and the limit exact: learned gammas make many solutions. */
  isQuadratic: boolean;
}

/** What came of the descents that were asked for. */
export function formResults(asked: DescentsRequest, descents: Descents): FormResult[] {
  return forms.map((form) => {
    const descent = descents.forms[form];
    const { greatest, least } = descent.curvature;
    const shares = descent.path.map(({ loss }) => loss / descent.moments.targetVariance);
    const outcome = outcomeOf(shares, asked.steps);
    return {
      form,
      descent,
      shares,
      outcome,
      words: inWords(outcome, asked.steps),
      rate: asked.rates[form],
      limit: 2 / greatest,
      condition: greatest / least,
      isQuadratic: form !== "batchNormalized" || !asked.learned,
    };
  });
}

/** The outcomes in a sentence each. */
export function summaryOf(results: readonly FormResult[]): string {
  return results.map(({ form, words }) => `${titles[form]}: ${words}.`).join(" ");
}

/** What a picture of the loss over the weights shows, and what came out, in words. */
export function labelOf({ form, descent, words, condition, rate, limit }: FormResult): string {
  const from = descent.path[0]!.weights.map((weight) => written(weight)).join(" and ");
  return `${titles[form]}: the loss over the weights of phones and cash, condition number ${written(condition)}. Gradient descent from ${from} at the rate ${written(rate)}, where rates up to ${written(limit)} are stable. ${words}.`;
}

/** The loss by step of all forms. @param marked a step to be marked. */
export function lossPlot(results: readonly FormResult[], marked?: number): Plot {
  const highest = Math.max(1, ...results.map(({ shares }) => shares[0]!));
  return {
    type: "plot",
    title: "loss by step",
    x: { label: "step" },
    y: { label: "loss ÷ the target's variance", scale: "log", domain: [1e-5, 1000 * highest] },
    marks: [
      ...results.map(
        ({ form, shares }): Mark => ({
          type: "line",
          series: titles[form],
          points: shares.map((y, x) => ({ x, y })),
          // A curve that is cut off soon would hardly be seen.
          dots: shares.length < 10,
        }),
      ),
      { type: "rule", axis: "y", at: convergedAt, label: "converged" },
      ...(marked === undefined ? [] : [{ type: "rule", axis: "x", at: marked } satisfies Mark]),
    ],
  };
}
