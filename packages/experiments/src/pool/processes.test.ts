import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { PlannedRun } from "./plan.js";
import { inProcesses } from "./processes.js";

const script = fileURLToPath(new URL("./testing/worker.mjs", import.meta.url));

function planned(does: string, value: number): PlannedRun {
  const settings = { does, value };
  return {
    key: `${does}${value}`,
    name: does,
    experiment: "test",
    revision: 1,
    settings,
    seed: 1,
    claims: [],
    seconds: 1,
  };
}

/** Does runs, and gives what was told of them, by key. */
async function done(
  runs: readonly PlannedRun[],
  jobs: number,
  during?: (key: string, abort: () => void) => void,
) {
  const waiting = [...runs];
  const finished = new Map<string, { value: number; threads: number; process: number }>();
  const failed = new Map<string, string>();
  const shares = new Map<string, number>();
  const controller = new AbortController();
  await inProcesses(
    () => waiting.shift(),
    {
      begins: ({ key }) => during?.(key, () => controller.abort()),
      progress: ({ key }, share) => shares.set(key, share),
      finished: ({ key }, { result }) => finished.set(key, JSON.parse(result)),
      failed: ({ key }, reason) => failed.set(key, reason),
    },
    { jobs, script, signal: controller.signal },
  );
  return { finished, failed, shares, waiting };
}

describe("runs in processes", () => {
  it("gives every run's result, from as many processes as asked for, which share the cores", async () => {
    const runs = [1, 2, 3, 4, 5].map((value) => planned("double", value));
    const { finished, shares } = await done(runs, 2);
    expect([...finished.values()].map(({ value }) => value).sort((a, b) => a - b)).toEqual([2, 4, 6, 8, 10]);
    expect(new Set([...finished.values()].map((each) => each.process)).size).toBe(2);
    expect(finished.get("double1")!.threads).toBe(Math.max(1, Math.floor(availableParallelism() / 2)));
    expect(shares.get("double5")).toBe(0.5);
  });

  it.each([1, 2])(
    "goes on after runs that fail, with their process or without (%i at once)",
    async (jobs) => {
      const runs = [
        planned("double", 1),
        planned("throw", 1),
        planned("double", 2),
        planned("crash", 1),
        planned("crash", 2),
        planned("double", 3),
      ];
      const { finished, failed } = await done(runs, jobs);
      expect([...finished.keys()].sort()).toEqual(["double1", "double2", "double3"]);
      expect(failed.get("throw1")).toBe("the experiment is broken");
      expect(failed.get("crash1")).toBe("Its process ended with code 7. It said: out of order");
      expect(failed.size).toBe(3);
    },
  );

  it("ends its processes when it is aborted, and begins no more", async () => {
    const runs = [planned("double", 1), planned("hang", 1), planned("double", 2)];
    const { finished, failed, waiting } = await done(runs, 1, (key, abort) => {
      if (key === "hang1") setTimeout(abort, 50);
    });
    expect([...finished.keys()]).toEqual(["double1"]);
    expect(failed.size).toBe(0);
    expect(waiting.map(({ key }) => key)).toEqual(["double2"]);
  });
});
