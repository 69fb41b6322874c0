import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Claim } from "../claim/claim.js";
import { rules } from "../claim/rule.js";
import { training } from "../runs/training.js";
import { plan } from "./plan.js";
import { openStore } from "./store.js";
import { remainder, type TestOptions, testClaims } from "./test-claims.js";
import { claimOn, steps } from "./testing/claims.js";

const script = fileURLToPath(new URL("./testing/worker.mjs", import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "evenkeel-claims-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A claim on a run with which the test's worker does something else. */
function claimThat(id: Claim["id"], does: string): Claim {
  const { settings } = steps(1);
  return {
    ...claimOn(id, 10),
    runs: () => ({ odd: training({ ...settings, does } as never), usual: steps(10) }),
  };
}

/** Tests claims with one seed, and tells what happened in which order. */
async function tested(claims: readonly Claim[], options: Partial<TestOptions> = {}) {
  const events: string[] = [];
  const store = openStore(folder);
  const outcome = await testClaims(plan(claims, "smoke", [1]), {
    ...{ store, script, jobs: 1 },
    observer: {
      begins: ({ name }) => events.push(`begin ${name}`),
      ends: ({ name }, end) => events.push(`${"error" in end ? "fail" : "end"} ${name}`),
      decided: ({ claim }) => events.push(`decide ${claim.id}`),
    },
    ...options,
  });
  return { ...outcome, events };
}

describe("testing claims", () => {
  it("judges each claim as soon as its runs are there", async () => {
    const { claims, events } = await tested([
      claimOn("IS15-1", 10),
      claimOn("IS15-2", 10),
      claimOn("IS15-3", 20),
    ]);
    expect(events).toEqual([
      ...["begin run10", "end run10", "decide IS15-1", "decide IS15-2"],
      ...["begin run20", "end run20", "decide IS15-3"],
    ]);
    expect(claims[2]).toMatchObject({
      ...{ size: "smoke", seeds: [1], seconds: 1, figures: [] },
      judgement: { id: "IS15-3", measures: [{ values: [40] }] },
    });
  });

  it("does not do again what is kept", async () => {
    await tested([claimOn("IS15-1", 10)]);
    const again = await tested([claimOn("IS15-1", 10), claimOn("IS15-2", 20)]);
    expect(again.events).toEqual(["decide IS15-1", "begin run20", "end run20", "decide IS15-2"]);
  });

  it.each(["throw", "crash"])(
    "fails the claims that need a run that does %s, and no others",
    async (does) => {
      const { claims, failures, events } = await tested([claimThat("IS15-1", does), claimOn("IS15-2", 20)]);
      expect(claims.map((each) => "error" in each)).toEqual([true, false]);
      expect(claims[0]).toMatchObject({ error: expect.stringMatching(/^IS15-1 odd, seed 1: /) });
      expect(failures.map(({ run }) => run.name)).toEqual(["odd"]);
      expect(events.at(-1)).toBe("decide IS15-2");
    },
  );

  it("leaves out runs that only failed claims need", async () => {
    const claim = { ...claimThat("IS15-1", "throw") };
    const { events } = await tested([
      { ...claim, runs: () => ({ odd: claim.runs("smoke").odd, later: steps(1) }) },
    ]);
    expect(events.filter((event) => event.startsWith("begin"))).toHaveLength(1);
  });

  it("fails a claim alone whose measure is no number", async () => {
    const claim = claimOn("IS15-1", 10);
    const broken = {
      ...claim,
      measures: { ratio: { title: "a ratio", of: () => Number.NaN, rule: rules.above(0) } },
    };
    const { claims, failures } = await tested([broken, claimOn("IS15-2", 10)]);
    expect(claims[0]).toMatchObject({
      error: expect.stringContaining('the measure "ratio" is NaN for seed 1'),
    });
    expect(claims[1]).toHaveProperty("judgement");
    expect(failures).toEqual([]);
  });

  it("keeps what is finished when it is aborted, and goes on from there", async () => {
    const controller = new AbortController();
    const observer = { ends: () => controller.abort() };
    const claims = [claimOn("IS15-1", 10), claimOn("IS15-2", 20)];
    const cut = await tested(claims, { signal: controller.signal, observer });
    expect(cut.claims.map(({ claim }) => claim.id)).toEqual(["IS15-1"]);
    expect(readdirSync(folder)).toHaveLength(1);
    const { kept, missing } = remainder(plan(claims, "smoke", [1]), openStore(folder));
    expect([kept.size, missing.length]).toEqual([1, 1]);
    const { events } = await tested(claims);
    expect(events.filter((event) => event.startsWith("begin"))).toEqual(["begin run20"]);
  });

  it("keeps the verdict of a claim whose figures fail", async () => {
    const broken = {
      ...claimOn("IS15-1", 10),
      figures: () => {
        throw new Error("there is no such series");
      },
    };
    const { claims } = await tested([broken]);
    expect(claims[0]).toMatchObject({
      ...{ judgement: { id: "IS15-1" }, figures: [], figuresError: "there is no such series" },
    });
  });

  it("says which kept run is gone", async () => {
    await tested([claimOn("IS15-1", 10)]);
    const planned = plan([claimOn("IS15-1", 10)], "smoke", [1]);
    const rest = remainder(planned, openStore(folder));
    const [file] = readdirSync(folder);
    rmSync(join(folder, file!));
    const { claims } = await testClaims(planned, { store: openStore(folder), rest });
    const message = `The kept run ${file!.slice(0, 20)} (IS15-1 run10, seed 1) is gone; test again.`;
    expect(claims[0]).toMatchObject({ error: message });
  });

  it("ends when a finished run cannot be kept, and blames no run for it", async () => {
    const events: string[] = [];
    const store = {
      ...openStore(folder),
      write() {
        throw new Error("the disk is full");
      },
    };
    const observer = {
      begins: ({ name }: { name: string }) => events.push(`begin ${name}`),
      ends: () => events.push("end"),
    };
    await expect(tested([claimOn("IS15-1", 10, 20)], { store, observer })).rejects.toThrow(
      "the disk is full",
    );
    expect(events).toEqual(["begin run20"]);
  });

  it("begins nothing where nothing can be kept", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const begins: unknown[] = [];
    const claims = [claimOn("IS15-1", 10)];
    const options = { jobs: 1, script, observer: { begins: (run: unknown) => begins.push(run) } };
    // Where a file stands, reading finds no runs either.
    const store = { ...openStore(file), read: () => undefined };
    await expect(testClaims(plan(claims, "smoke", [1]), { ...options, store })).rejects.toThrow(
      /^Cannot write to the folder ".*file": /,
    );
    expect(begins).toEqual([]);
  });
});
