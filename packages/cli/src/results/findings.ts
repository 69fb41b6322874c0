import type { RunRecord } from "../compare/records.js";
import type { Settings } from "../compare/settings.js";
import { placeInHidden, type VariantName, variants } from "../compare/variants.js";
import { type ArmResult, completed, reaches, typicalEpochSeconds } from "./arms.js";
import { failure } from "./failure.js";
import { type Difference, pairedDifference, pairedRatio, spreadOf } from "./statistics.js";
import {
  average,
  capitalized,
  counted,
  enumerated,
  percent,
  points,
  roundPercent,
  seconds,
} from "./wording.js";

/** What was found, in a sentence or two. */
export interface Finding {
  /** What it is about, in a word or two. */
  topic: string;
  text: string;
}

/** The results of a comparison with what is needed to ask for pairs of seeds. */
export interface Evidence {
  records: readonly RunRecord[];
  settings: Settings;
  arms: readonly ArmResult[];
}

/** The same work on a quiet machine takes alike with every seed: a spread by more than this factor is the machine's. */
const unevenFrom = 1.4;

/**
 * Says what the comparison found, by the numbers and their spread over seeds: what won, what lost, what can't
 * be told apart. Says nothing about variants that were not trained.
 */
export function findings(evidence: Evidence): Finding[] {
  const { learningRates } = evidence.settings;
  if (learningRates.length === 1) {
    const rate = learningRates[0]!;
    return [
      accuracyFinding(evidence, rate),
      timeFinding(evidence, rate),
      placementFinding(evidence, rate),
      inputFinding(evidence, rate),
    ].filter((finding) => finding !== undefined);
  }
  return [
    ...learningRates.map((rate) => {
      const finding = accuracyFinding(evidence, rate);
      return finding && { ...finding, topic: `rate ${rate}` };
    }),
    bestRateFinding(evidence),
  ].filter((finding) => finding !== undefined);
}

/** Batch norm in the hidden layers against none: test accuracy after the last epoch. */
function accuracyFinding(evidence: Evidence, rate: number): Finding | undefined {
  const plain = armOf(evidence, "none", rate);
  const rivals = evidence.arms.filter(
    ({ variant, learningRate }) => learningRate === rate && placeInHidden(variant) !== undefined,
  );
  if (!plain || rivals.length === 0) return undefined;
  const failed = [plain, ...rivals].filter((arm) => failure(arm) !== undefined);
  const failures = failed.map((arm) => `${variants[arm.variant].phrase} ${failure(arm)}`);
  const compared = failed.includes(plain) ? [] : rivals.filter((arm) => !failed.includes(arm));
  const sentences = failures.length > 0 ? [`${capitalized(failures.join("; "))}.`] : [];
  if (compared.length > 0) sentences.unshift(comparedWithPlain(evidence, plain, compared));
  else if (failed.includes(plain)) {
    const rest = rivals.filter((arm) => !failed.includes(arm));
    const ends = rest.map(
      (arm) => `${variants[arm.variant].phrase} ended at ${percent(arm.finalAccuracy!.mean)}`,
    );
    if (ends.length > 0) sentences.push(`${capitalized(enumerated(ends))}.`);
  }
  return { topic: "accuracy", text: sentences.join(" ") };
}

function comparedWithPlain(evidence: Evidence, plain: ArmResult, rivals: readonly ArmResult[]): string {
  const groups: Record<Difference["verdict"], string[]> = {
    higher: [],
    lower: [],
    unclear: [],
    "one seed": [],
  };
  for (const rival of rivals) {
    const difference = finalDifference(evidence, rival, plain);
    if (!difference) continue;
    groups[difference.verdict].push(
      `${placeInHidden(rival.variant)} (${percent(rival.finalAccuracy!.mean)}, ${points(difference)})`,
    );
  }
  const { epochs, seeds } = evidence.settings;
  const clauses = [
    groups.higher.length > 0 && `it was higher with batch norm ${enumerated(groups.higher)}`,
    groups.lower.length > 0 && `it was lower with batch norm ${enumerated(groups.lower)}`,
    groups.unclear.length > 0 &&
      `${seeds.length} seeds can't tell it apart from batch norm ${enumerated(groups.unclear)}`,
    groups["one seed"].length > 0 &&
      `a single seed, which can't tell chance from effect, gave batch norm ${enumerated(groups["one seed"])}`,
  ].filter((clause) => clause !== false);
  return `After ${counted(epochs, "epoch")} without batch norm, test accuracy was ${percent(plain.finalAccuracy!.mean)}; ${clauses.join("; ")}.`;
}

/** What batch norm costs in an epoch, and whether fewer epochs pay for it. */
function timeFinding(evidence: Evidence, rate: number): Finding | undefined {
  const plain = armOf(evidence, "none", rate);
  // The original paper's place stands for all: taking the best of them afterwards would flatter batch norm.
  const rival = (["before", "before-no-bias", "after"] as const)
    .map((variant) => armOf(evidence, variant, rate))
    .find((arm) => arm !== undefined && failure(arm) === undefined);
  if (!plain || !rival || failure(plain) !== undefined) return undefined;
  const { target } = evidence.settings;
  const { phrase } = variants[rival.variant];
  const { cost, uneven } = costOfEpochs(evidence, rival, plain);
  const goal = roundPercent(target);
  const arrived = (arm: ArmResult) => arm.target.reached === arm.finished;
  const progress = (arm: ArmResult) =>
    arm.target.reached === 0
      ? "in no seed"
      : arrived(arm)
        ? `in ${counted(arm.target.epochs!.mean, "epoch")} (${seconds(arm.target.seconds!.mean)})`
        : `in ${arm.target.reached} of ${arm.finished} seeds`;
  const outcome =
    arrived(plain) && arrived(rival)
      ? race(evidence, rival, plain, goal)
      : plain.target.reached === 0 && rival.target.reached === 0
        ? `neither it nor the network without reached ${goal} in ${counted(evidence.settings.epochs, "epoch")}`
        : `it reached ${goal} ${progress(rival)}, without batch norm ${progress(plain)}`;
  const caution = uneven ? " The machine was busy or uneven during the run, so these times say little." : "";
  return { topic: "time", text: `Each epoch took ${cost} as long with ${phrase}; ${outcome}.${caution}` };
}

/** Both reached the target with every seed. */
function race(evidence: Evidence, rival: ArmResult, plain: ArmResult, goal: string): string {
  const arrivals = (arm: ArmResult) =>
    bySeed(evidence, arm, (run) => reaches(run, evidence.settings.target)?.seconds);
  const difference = pairedRatio(arrivals(rival), arrivals(plain))!;
  const [mine, others] = [rival.target.epochs!.mean, plain.target.epochs!.mean];
  const epochs =
    mine === others
      ? `both needed ${counted(mine, "epoch")} for ${goal}`
      : `it needed ${counted(mine, "epoch")} instead of ${average(others)} for ${goal}`;
  const times = `${seconds(rival.target.seconds!.mean)} against ${seconds(plain.target.seconds!.mean)}`;
  switch (difference.verdict) {
    case "lower":
      return `${epochs}, ${mine < others ? "so" : "and"} in seconds it won: ${times}`;
    case "higher":
      return `${epochs}, ${mine < others ? "but" : "so"} in seconds it lost: ${times}`;
    case "unclear":
      return `${epochs}; in seconds the two can't be told apart: ${times}`;
    case "one seed":
      return `${epochs}; in seconds, ${times} with a single seed`;
  }
}

/** After or before the activation, with or without the bias. */
function placementFinding(evidence: Evidence, rate: number): Finding | undefined {
  const parts: string[] = [];
  const pair = (a: VariantName, b: VariantName, question: string, answers: Record<"a" | "b", string>) => {
    const [first, second] = [armOf(evidence, a, rate), armOf(evidence, b, rate)];
    const difference = first && second && finalDifference(evidence, first, second);
    if (!difference || difference.verdict === "one seed") return;
    if (difference.verdict === "unclear") parts.push(`${question} can't be told (${points(difference)})`);
    else parts.push(`${difference.verdict === "higher" ? answers.a : answers.b} (${points(difference)})`);
  };
  pair("after", "before", "whether batch norm belongs after the activation or before it", {
    a: "batch norm after the activation ended higher than before it",
    b: "batch norm after the activation ended lower than before it",
  });
  pair("before-no-bias", "before", "whether the bias before batch norm does anything", {
    a: "dropping the bias before batch norm helped",
    b: "dropping the bias before batch norm hurt",
  });
  if (parts.length === 0) return undefined;
  return { topic: "placement", text: `${capitalized(parts.join("; "))}.` };
}

/** Batch norm in place of dividing by 255, and neither. */
function inputFinding(evidence: Evidence, rate: number): Finding | undefined {
  const [plain, input, raw] = (["none", "input", "raw"] as const).map((variant) =>
    armOf(evidence, variant, rate),
  );
  const sentences: string[] = [];
  if (input) {
    const failed = failure(input);
    const difference = plain && !failed && finalDifference(evidence, input, plain);
    const end = failed ?? `ended at ${percent(input.finalAccuracy!.mean)}`;
    sentences.push(`Batch norm as the input layer, in place of dividing by 255, ${end}`);
    if (difference) sentences[0] += `, ${comparedInput(difference)}`;
    sentences[0] += ".";
  }
  if (raw) {
    const end = failure(raw) ?? `ended at ${percent(raw.finalAccuracy!.mean)}`;
    sentences.push(`With raw pixels and no batch norm, the network ${end}.`);
  }
  return sentences.length > 0 ? { topic: "input", text: sentences.join(" ") } : undefined;
}

function comparedInput(difference: Difference): string {
  switch (difference.verdict) {
    case "higher":
      return `higher than with dividing (${points(difference)})`;
    case "lower":
      return `lower than with dividing (${points(difference)})`;
    case "unclear":
      return `not to be told apart from dividing (${points(difference)})`;
    case "one seed":
      return `${points(difference)} from dividing, in a single seed`;
  }
}

/** Every variant at the learning rate that suits it best. */
function bestRateFinding({ arms, settings }: Evidence): Finding | undefined {
  const best = settings.variants.flatMap((variant) => {
    const trained = arms.filter((arm) => arm.variant === variant && failure(arm) === undefined);
    const top = trained.sort((a, b) => b.finalAccuracy!.mean - a.finalAccuracy!.mean)[0];
    return top ? [top] : [];
  });
  if (best.length === 0) return undefined;
  const ranked = best.sort((a, b) => b.finalAccuracy!.mean - a.finalAccuracy!.mean);
  const places = ranked.map(
    ({ variant, learningRate, finalAccuracy }) =>
      `${variants[variant].title} ${percent(finalAccuracy!.mean)} ± ${(finalAccuracy!.deviation * 100).toFixed(2)} (rate ${learningRate})`,
  );
  return {
    topic: "best rates",
    text: `Each at its best rate, chosen on the test set: ${places.join("; ")}.`,
  };
}

function armOf({ arms }: Evidence, variant: VariantName, rate: number): ArmResult | undefined {
  return arms.find((arm) => arm.variant === variant && arm.learningRate === rate);
}

function finalDifference(evidence: Evidence, a: ArmResult, b: ArmResult): Difference | undefined {
  const final = (run: RunRecord) =>
    run.outcome === "finished" ? run.epochs.at(-1)!.test.accuracy : undefined;
  return pairedDifference(bySeed(evidence, a, final), bySeed(evidence, b, final));
}

/** How many times as long an epoch of the first takes, seed by seed. */
function costOfEpochs(
  evidence: Evidence,
  first: ArmResult,
  second: ArmResult,
): { cost: string; uneven: boolean } {
  const [a, b] = [first, second].map((arm) => bySeed(evidence, arm, typicalEpochSeconds));
  const ratios = [...a!].flatMap(([seed, value]) => (b!.has(seed) ? [value / b!.get(seed)!] : []));
  const { mean, deviation, n } = spreadOf(ratios)!;
  if (n === 1) return { cost: `${mean.toFixed(2)} times`, uneven: false };
  if (pairedRatio(a!, b!)!.verdict !== "unclear") {
    return { cost: `${mean.toFixed(2)} ± ${deviation.toFixed(2)} times`, uneven: false };
  }
  // A busy machine makes a mean of ratios meaningless.
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
  return {
    cost: `between ${least.toFixed(2)} and ${most.toFixed(2)} times`,
    uneven: most > unevenFrom * least,
  };
}

function bySeed(
  { records }: Evidence,
  arm: ArmResult,
  measure: (run: RunRecord) => number | undefined,
): Map<number, number> {
  const values = new Map<number, number>();
  for (const run of completed(records, arm)) {
    const value = measure(run);
    if (value !== undefined) values.set(run.seed, value);
  }
  return values;
}
