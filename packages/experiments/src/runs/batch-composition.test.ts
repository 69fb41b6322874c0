import { nodeRuntime } from "evenkeel";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchComposition, epochOrder } from "./batch-composition.js";

fc.configureGlobal({ seed: 1 });

/** The batches as sets, in an order that does not depend on theirs. */
const batchesOf = (order: readonly number[], batchSize: number) =>
  Array.from({ length: order.length / batchSize }, (_, batch) =>
    order
      .slice(batch * batchSize, (batch + 1) * batchSize)
      .sort((a, b) => a - b)
      .join(),
  ).sort();

describe("the order of an epoch", () => {
  it.each(["fixed", "reshuffled"] as const)(
    "has every example once at most, in whole batches: %s",
    (composition) => {
      fc.assert(
        fc.property(
          fc.nat(99),
          fc.integer({ min: 1, max: 60 }),
          fc.integer({ min: 1, max: 9 }),
          (epoch, examples, batchSize) => {
            const order = epochOrder({ seed: 1, epoch, examples, batchSize, composition });
            expect(order).toHaveLength(examples - (examples % batchSize));
            expect(new Set(order).size).toBe(order.length);
            expect(order.every((example) => example >= 0 && example < examples)).toBe(true);
          },
        ),
      );
    },
  );

  it("keeps the batches of a fixed composition, and their order only within an epoch", () => {
    const order = (epoch: number) =>
      epochOrder({ seed: 1, epoch, examples: 50, batchSize: 8, composition: "fixed" });
    expect(batchesOf(order(3), 8)).toEqual(batchesOf(order(0), 8));
    expect(order(3)).not.toEqual(order(0));
  });

  it("makes up other batches in every epoch when they are reshuffled", () => {
    const batches = (epoch: number) =>
      batchesOf(epochOrder({ seed: 1, epoch, examples: 50, batchSize: 8, composition: "reshuffled" }), 8);
    expect(batches(3)).not.toEqual(batches(0));
  });
});

describe("a training by batches of fixed composition", () => {
  it("evaluates after every epoch, and goes on from one to the next", async () => {
    const { outcome, steps, points } = await batchComposition.run(
      {
        data: { name: "mnist", train: 70, test: 50 },
        network: { family: "mlp", inputShape: [28, 28], units: [8] },
        optimizer: { type: "sgd", learningRate: 0.1 },
        batchSize: 16,
        epochs: 3,
        composition: "fixed",
      },
      {
        seed: 1,
        runtime: nodeRuntime({ threads: 1 }),
        signal: new AbortController().signal,
        progress: () => {},
      },
    );
    expect([outcome, steps]).toEqual(["finished", 12]);
    expect(points.map(({ step }) => step)).toEqual([0, 4, 8, 12]);
    const losses = points.flatMap(({ train }) => train?.loss ?? []);
    expect(losses).toHaveLength(3);
    expect(losses[2]).toBeLessThan(losses[0]!);
  });
});
