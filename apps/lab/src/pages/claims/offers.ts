import { type ClaimRecord, type Cost, counted, duration, leastSeeds } from "evenkeel-experiments/record";

/** A size at which a claim can be run in a browser. */
export interface Offer extends Pick<Cost, "seeds" | "runs"> {
  size: "laptop" | "smoke";
  /** About how long it takes in a browser. */
  seconds: number;
  /** Whether its seeds are enough for a verdict. */
  decides: boolean;
}

/** WebAssembly takes about so many times as long as the native runtime does, for which the costs are. */
const slowness = 3;

/** Nobody waits longer than this before a page, seconds. */
const patience = 100;

/** Where all of it takes so little, nobody needs less, seconds. */
const shortly = 30;

/** What of a claim can be run in a browser, the larger size first. */
export function offersOf({ costs, measures }: Pick<ClaimRecord, "costs" | "measures">): Offer[] {
  const exact = measures.every(({ rule }) => rule === undefined || rule.type === "exact");
  const [laptop, smoke] = (["laptop", "smoke"] as const).map((size) => {
    const { seeds, runs, seconds, data } = costs[size];
    const offer = { size, seeds, runs, seconds: slowness * seconds, decides: exact || seeds >= leastSeeds };
    return offer.seconds > patience || data.includes("cifar10") ? [] : [offer];
  });
  return laptop!.some(({ seconds }) => seconds <= shortly) ? laptop! : [...laptop!, ...smoke!];
}

/** The offer at the size that is asked for; else the only other one, if there is one. */
export function offerAt(offers: readonly Offer[], size: Offer["size"]): Offer | undefined {
  return offers.find((offer) => offer.size === size) ?? offers[0];
}

/** What is run and how long that takes, about: `laptop, 5 seeds, about 25 s`. */
export function offerText({ size, seeds, seconds }: Offer): string {
  return `${size}, ${counted(seeds, "seed")}, ${timeText({ seconds })}`;
}

/** About how long it takes: in whole seconds, above 20 in steps of five. */
export function timeText({ seconds }: Pick<Offer, "seconds">): string {
  return `about ${seconds > 20 ? 5 * Math.round(seconds / 5) : Math.ceil(seconds)} s`;
}

/** Why a claim cannot be run in a browser as it was on the laptop; undefined where it can. */
export function obstacleOf({ costs }: Pick<ClaimRecord, "costs">): string | undefined {
  const { seconds, data } = costs.laptop;
  if (data.includes("cifar10")) {
    return "At size laptop it learns from CIFAR-10, which the lab does not bring along.";
  }
  if (slowness * seconds <= patience) return undefined;
  return `At size laptop, a browser would take about ${duration(slowness * seconds)}.`;
}
