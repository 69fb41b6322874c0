import { type Claim, claim } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import type { Run } from "../../runs/run.js";
import { type TrainingSettings, training } from "../../runs/training.js";

/** A training of so many steps. */
export function steps(count: number): Run<{ value: number }> {
  const settings: TrainingSettings = {
    data: { name: "mnist", train: 100, test: 100 },
    network: { family: "mlp", inputShape: [28, 28], units: [10] },
    optimizer: { type: "sgd" },
    batchSize: 10,
    steps: count,
    every: count,
  };
  // What a test's worker does with it.
  return training({ ...settings, does: "double", value: count } as TrainingSettings) as Run<never>;
}

/** A claim on runs of these numbers of steps. The measure of each seed is what the first run gave. */
export function claimOn(id: Claim["id"], ...counts: readonly number[]): Claim {
  return claim({
    ...{ id, title: id, statement: id, source: "", published: "" },
    setting: { smoke: "", laptop: "", paper: "" },
    runs: () => Object.fromEntries(counts.map((count) => [`run${count}`, steps(count)])),
    measures: {
      first: {
        title: "what the first run gave",
        of: (results) => (Object.values(results)[0] as unknown as { value: number }).value,
        rule: rules.above(0),
      },
    },
  });
}
