import { nodeRuntime } from "evenkeel";
import type { TrialProgress } from "evenkeel-experiments";
import { describe, expect, it } from "vitest";
import { serve } from "./service.ts";

const identity = { id: "IS15-1", size: "laptop", seeds: [1, 2, 3, 4, 5] } as const;

describe("the service that runs claims", () => {
  it("takes an identity to its verdict, as plain data, and tells of every run", async () => {
    const told: TrialProgress[] = [];
    const end = await serve({ runtime: nodeRuntime() }).run(identity, (progress) => told.push(progress));
    expect(end!.record).toMatchObject({ id: "IS15-1", outcome: "confirmed", seeds: [1, 2, 3, 4, 5] });
    expect(structuredClone(end)).toEqual(end);
    expect(end!.record.figures.length).toBeGreaterThan(0);
    expect(end!.runtime).toMatch(/^onnxruntime-node /);
    expect(told.filter(({ share }) => share === 0).map(({ done, seed }) => [done, seed])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
      [4, 5],
    ]);
  });

  it("gives nothing when it is stopped, and can run again", async () => {
    const service = serve({ runtime: nodeRuntime() });
    const stopped = service.run(identity, ({ done }) => {
      if (done === 1) service.stop();
    });
    expect(await stopped).toBeUndefined();
    expect((await service.run({ ...identity, seeds: [1] }))!.record.seeds).toEqual([1]);
  });

  it("stops what is under way when another claim is run", async () => {
    const service = serve({ runtime: nodeRuntime() });
    const first = service.run(identity);
    const second = service.run({ ...identity, id: "IS15-2", seeds: [1] });
    expect(await first).toBeUndefined();
    expect((await second)!.record).toMatchObject({ id: "IS15-2", outcome: "confirmed" });
  });

  it("refuses a claim that there is not", async () => {
    const run = serve({ runtime: nodeRuntime() }).run({ ...identity, id: "IS15-99" });
    await expect(run).rejects.toThrow('There is no claim "IS15-99"');
  });
});
