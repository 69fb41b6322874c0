import { dataset, nodeRuntime, tensor } from "evenkeel";
import { describe, expect, it } from "vitest";
import { claim } from "../claim/claim.js";
import { hasFailed, type JudgedClaim } from "../claim/claim-report.js";
import { rules } from "../claim/rule.js";
import { requireClaims } from "../claims/index.js";
import { finalAccuracy } from "../runs/curves.js";
import type { DataSettings } from "../runs/data.js";
import { training } from "../runs/training.js";
import type { TrialProgress } from "./trial.js";
import { tryClaim } from "./trial.js";

const runtime = nodeRuntime();

/** Ten images that anything can tell apart: each is white in a row of its own. */
function stripes({ train = 10, test = 10 }: DataSettings) {
  const part = (count: number) => {
    const pixels = new Uint8Array(count * 784);
    for (let image = 0; image < count; image++)
      pixels.fill(255, image * 784 + (image % 10) * 56, image * 784 + (image % 10) * 56 + 28);
    return dataset({
      x: tensor(pixels, [count, 28, 28]),
      y: tensor(Uint8Array.from({ length: count }, (_, index) => index % 10)),
    });
  };
  return { train: part(train), test: part(test) };
}

const learner = (learningRate: number) =>
  training({
    data: { name: "mnist", train: 100, test: 50 },
    network: {
      family: "mlp",
      inputShape: [28, 28],
      units: [20],
      normalization: { type: "batchNormalization" },
    },
    optimizer: { type: "sgd", learningRate },
    batchSize: 20,
    steps: 40,
    every: 20,
  });

const learns = claim({
  ...{ id: "IS15-99", title: "It learns", statement: "", source: "", published: "" },
  setting: { smoke: "", laptop: "", paper: "" },
  runs: () => ({ fast: learner(0.5), quick: learner(0.5), slow: learner(0.001) }),
  measures: {
    gain: {
      title: "fast − slow",
      of: ({ fast, slow }) => finalAccuracy(fast) - finalAccuracy(slow),
      rule: rules.above(0),
    },
    same: {
      title: "of two names for one run, the difference",
      of: ({ fast, quick }) => finalAccuracy(fast) - finalAccuracy(quick),
    },
  },
});

describe("a trial of a claim", () => {
  it("takes an identity to its verdict, as a test that keeps its runs does", async () => {
    const [identity] = requireClaims(["IS15-1"]);
    const report = await tryClaim(identity!, { size: "laptop", seeds: [1, 2, 3, 4, 5], runtime });
    expect(report).toMatchObject({
      size: "laptop",
      seeds: [1, 2, 3, 4, 5],
      judgement: { verdict: "confirmed" },
    });
    expect((report as JudgedClaim).judgement.measures.every(({ values }) => values.length === 5)).toBe(true);
  });

  it("takes its data from the source, does each run once, and tells how far it is", async () => {
    const asked: DataSettings[] = [];
    const told: TrialProgress[] = [];
    const source = async (settings: DataSettings) => {
      asked.push(settings);
      return stripes(settings);
    };
    const report = await tryClaim(learns, {
      size: "smoke",
      seeds: [1, 2],
      runtime,
      source,
      onProgress: (each) => told.push(each),
    });
    expect(hasFailed(report)).toBe(false);
    const { judgement } = report as JudgedClaim;
    expect(judgement.measures[0]!.values.every((value) => value > 0)).toBe(true);
    expect(judgement.measures[1]!.values).toEqual([0, 0]);
    expect(judgement.remark).toMatch(/^2 seeds: fewer than five decide nothing/);
    expect(asked).toHaveLength(4);
    expect(asked[0]).toEqual({ name: "mnist", train: 100, test: 50 });
    expect(
      told.filter(({ share }) => share === 0).map(({ done, runs, name, seed }) => [done, runs, name, seed]),
    ).toEqual([
      [0, 4, "fast", 1],
      [1, 4, "slow", 1],
      [2, 4, "fast", 2],
      [3, 4, "slow", 2],
    ]);
    expect(told.some(({ share }) => share > 0 && share <= 1)).toBe(true);
  });

  it("ends when it is aborted, with what the signal says", async () => {
    const controller = new AbortController();
    const source = async (settings: DataSettings) => stripes(settings);
    const onProgress = ({ done, share }: TrialProgress) => {
      if (done === 1 && share > 0) controller.abort(new Error("enough"));
    };
    const options = {
      size: "smoke",
      seeds: [1, 2],
      runtime,
      source,
      signal: controller.signal,
      onProgress,
    } as const;
    await expect(tryClaim(learns, options)).rejects.toThrow("enough");
  });

  it("fails with the name of the run that failed", async () => {
    const source = async () => {
      throw new Error("there is no connection");
    };
    const report = await tryClaim(learns, { size: "smoke", seeds: [3], runtime, source });
    expect(report).toMatchObject({ error: "IS15-99 fast, seed 3: there is no connection" });
  });
});
