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

  it("says how a process ended, and takes no run's own error for that", async () => {
    const { failed } = await done([planned("terminated", 1), planned("kill", 1), planned("rant", 1)], 1);
    expect(failed.get("terminated1")).toBe("the sequence was terminated early");
    expect(failed.get("kill1")).toBe("Its process ended by SIGKILL, perhaps for lack of memory.");
    expect(failed.get("rant1")).toMatch(/^Its process ended with code 7\. It said: /);
    expect(failed.get("rant1")!.length).toBeLessThan(10_100);
  });

  it("executes a run once more whose process had ended before the run began", async () => {
    const { finished, failed } = await done([planned("dieBeforeNext", 1), planned("double", 2)], 1);
    expect(failed.size).toBe(0);
    expect(finished.get("double2")!.value).toBe(4);
  });

  it("takes another process for one that has ended while idle, and does not wait for its end", async () => {
    const waiting = [planned("dieWhenIdle", 1), planned("wait", 1), planned("double", 2)];
    const finished: string[] = [];
    const failed: string[] = [];
    // The first lane has no more after its run, and its process ends.
    const next = () => (finished.join() === "dieWhenIdle1" ? undefined : waiting.shift());
    const observer = {
      finished: ({ key }: PlannedRun) => finished.push(key),
      failed: ({ key }: PlannedRun) => failed.push(key),
    };
    await inProcesses(next, observer, { jobs: 2, script });
    expect(finished).toEqual(["dieWhenIdle1", "wait1", "double2"]);
    expect(failed).toEqual([]);
    const idle = [planned("dieWhenIdle", 1), planned("wait", 1)];
    await inProcesses(() => idle.shift(), observer, { jobs: 2, script });
    expect(finished.slice(3).sort()).toEqual(["dieWhenIdle1", "wait1"]);
  });

  it("ends with an error of the observer, and blames no run for it", async () => {
    const waiting = [planned("double", 1), planned("hang", 1), planned("double", 2)];
    const failed: string[] = [];
    const observer = {
      finished() {
        throw new Error("the disk is full");
      },
      failed: ({ key }: PlannedRun) => failed.push(key),
    };
    const ended = inProcesses(() => waiting.shift(), observer, { jobs: 2, script });
    await expect(ended).rejects.toThrow("the disk is full");
    expect(failed).toEqual([]);
    expect(waiting).toHaveLength(1);
  });

  it("asks for no run after an abort", async () => {
    let asked = 0;
    const controller = new AbortController();
    const waiting = [planned("double", 1), planned("double", 2)];
    const next = () => {
      asked += 1;
      return waiting.shift();
    };
    const observer = { finished: () => controller.abort(), failed() {} };
    await inProcesses(next, observer, { jobs: 1, script, signal: controller.signal });
    await inProcesses(next, observer, { jobs: 1, script, signal: controller.signal });
    expect(asked).toBe(1);
  });
});
