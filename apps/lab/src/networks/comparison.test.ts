import { nodeRuntime } from "evenkeel";
import { describe, expect, it, vi } from "vitest";
import { Comparison } from "./comparison.ts";
import type { NetworkSettings } from "./experiment.ts";
import { brightNoise, experimentWith } from "./testing.ts";

const runtime = nodeRuntime({ threads: 1 });
const data = brightNoise(200, 1000);
const compared = (...networks: Partial<NetworkSettings>[]) =>
  Comparison.make(experimentWith(...networks), data, runtime);

const losses = async (comparison: Comparison, counts: readonly number[]) => {
  const all: number[][] = comparison.competitors.map(() => []);
  for (const count of counts) {
    const measures = await comparison.advanceAll(count);
    for (const [index, steps] of measures.entries()) all[index]!.push(...steps.map(({ loss }) => loss));
  }
  return all;
};

describe("networks that are compared", () => {
  it("come out bit for bit the same whatever the steps are cut into", async () => {
    const networks = [{ placement: "none" }, { placement: "before", dropout: 0.3 }] as const;
    // 200 examples are 12 batches of 16: the orders of four epochs.
    const whole = await losses(await compared(...networks), [40]);
    const cut = await losses(await compared(...networks), [1, 1, 5, 13, 20]);
    expect(whole[0]).toHaveLength(40);
    expect(cut).toEqual(whole);
  });

  it("of the same settings are the same network: they get the same batches from the same weights", async () => {
    const [first, second] = await losses(await compared({}, {}), [25]);
    expect(second).toEqual(first);
  });

  it("begin anew with what they began with", async () => {
    const first = await losses(await compared({}, { placement: "none" }), [15]);
    expect(await losses(await compared({}, { placement: "none" }), [15])).toEqual(first);
  });

  it("with batches of different sizes take equally many steps", async () => {
    const comparison = await compared({ batchSize: 8 }, { batchSize: 50 });
    const [small, large] = await losses(comparison, [7, 6]);
    expect(small).toHaveLength(13);
    expect(large).toHaveLength(13);
    expect(comparison.steps).toBe(13);
  });

  it("take every example once in an epoch", async () => {
    const comparison = await compared({ batchSize: 50 }, { batchSize: 50 });
    const rows = [0, 1, 2, 3].flatMap((step) => {
      const { x } = comparison.batch(step, 50);
      return Array.from({ length: 50 }, (_, row) => x.data.slice(row * 784, (row + 1) * 784).join());
    });
    expect(new Set(rows).size).toBe(200);
  });

  it("learn", async () => {
    const comparison = await compared({}, { placement: "none" });
    const [normalized] = await losses(comparison, [60]);
    expect(normalized!.at(-1)!).toBeLessThan(normalized![0]! / 2);
    expect(comparison.competitors.every(({ seconds }) => seconds > 0)).toBe(true);
  });

  it("count seconds up from step to step", async () => {
    const comparison = await compared({}, {});
    const measures = [...(await comparison.advanceAll(9))[0]!, ...(await comparison.advanceAll(5))[0]!];
    const seconds = measures.map((measure) => measure.seconds);
    expect(seconds).toEqual([...seconds].sort((a, b) => a - b));
    expect(seconds.at(-1)).toBeCloseTo(comparison.competitors[0]!.seconds, 9);
  });

  it("take turns at going first", async () => {
    const comparison = await compared({}, {}, {});
    const advance = vi.spyOn(comparison, "advance");
    for (let round = 0; round < 4; round++) await comparison.advanceAll(1);
    const order = advance.mock.calls.map(([competitor]) => comparison.competitors.indexOf(competitor));
    expect(order).toEqual([0, 1, 2, 1, 2, 0, 2, 0, 1, 0, 1, 2]);
  });

  it("stop alone when they diverge, with the step, while the others go on", async () => {
    const comparison = await compared(
      { placement: "none", activation: "elu", depth: 5, learningRate: 100 },
      {},
    );
    const [wild, calm] = await losses(comparison, [30]);
    const { end } = comparison.competitors[0]!;
    expect(end).toEqual({
      step: wild!.length,
      how: "diverged",
      reason: expect.stringMatching(/NaN or infinite|not finite/),
    });
    expect(wild!.length).toBeLessThan(30);
    expect(wild!.every(Number.isFinite)).toBe(true);
    expect(calm).toHaveLength(30);
    const [none, more] = await losses(comparison, [3]);
    expect(none).toEqual([]);
    expect(more).toHaveLength(3);
  });

  it("that cannot train on batches of one say so, and the others go on", async () => {
    const comparison = await compared({ batchSize: 1 }, { batchSize: 1, placement: "none" });
    const [normalized, plain] = await losses(comparison, [4]);
    expect(normalized).toEqual([]);
    expect(comparison.competitors[0]!.end).toMatchObject({ step: 0, how: "refused" });
    expect(plain).toHaveLength(4);
  });

  it("count no steps that none of them took", async () => {
    const refused = await compared({ batchSize: 1 }, { batchSize: 1 });
    await refused.advanceAll(4);
    expect(refused.steps).toBe(0);
    const wild = { placement: "none", activation: "elu", depth: 5, learningRate: 100 } as const;
    const diverging = await compared(wild, wild);
    await diverging.advanceAll(30);
    expect(diverging.steps).toBe(diverging.competitors[0]!.end!.step);
  });

  it("are looked at and trained in turn", async () => {
    const comparison = await compared({}, {});
    const [, seen] = await Promise.all([
      comparison.inTurn(() => comparison.advanceAll(5)),
      comparison.inTurn(async () => comparison.steps),
    ]);
    expect(seen).toBe(5);
    const failing = comparison.inTurn(() => Promise.reject(new Error("a look that fails")));
    await expect(failing).rejects.toThrow("a look that fails");
    expect(await comparison.inTurn(async () => "the next turn")).toBe("the next turn");
  });

  it("pass on the library's warning while running statistics are stale", async () => {
    const comparison = await compared({ momentum: 0.99 }, { placement: "none" });
    await comparison.advanceAll(5);
    expect(comparison.competitors[0]!.warnings.join()).toMatch(
      /running statistics .* 95 % their initial values/,
    );
    expect(comparison.competitors[1]!.warnings).toEqual([]);
  });
});
