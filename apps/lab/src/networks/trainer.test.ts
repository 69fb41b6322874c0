import { nodeRuntime } from "evenkeel";
import { describe, expect, it } from "vitest";
import { classified } from "./classification.ts";
import { Comparison } from "./comparison.ts";
import type { NetworkSettings } from "./experiment.ts";
import type { Update } from "./history.ts";
import { brightNoise, experimentWith } from "./testing.ts";
import { Trainer } from "./trainer.ts";

const runtime = nodeRuntime({ threads: 1 });
const data = brightNoise(200, 1000);
const trainerOf = async (...networks: Partial<NetworkSettings>[]) =>
  new Trainer(await Comparison.make(experimentWith(...networks), data, runtime));

describe("a trainer", () => {
  it("trains until it is stopped, and its updates hold every step once", async () => {
    const trainer = await trainerOf({}, { placement: "none" });
    const updates: Update[] = [await trainer.advance(0)];
    await trainer.run((update) => {
      updates.push(update);
      if (update.steps >= 20) void trainer.stop();
    });
    const { steps } = trainer.comparison;
    expect(steps).toBeGreaterThanOrEqual(20);
    for (const [index, { before }] of updates.entries()) expect(before).toBe(updates[index - 1]?.steps ?? 0);
    for (const network of [0, 1]) {
      const measures = updates.flatMap(({ networks }) => networks[network]!.measures);
      expect(measures).toHaveLength(steps);
    }
    expect(trainer.history.steps).toBe(steps);
  });

  it("has looked at where it stands when it has stopped", async () => {
    const trainer = await trainerOf({}, {});
    await trainer.run(() => void trainer.stop());
    for (const { looks } of trainer.history.networks) {
      expect(looks.at(-1)!.step).toBe(trainer.comparison.steps);
    }
  });

  it("can go on after it was stopped", async () => {
    const trainer = await trainerOf({}, {});
    const once = () => trainer.run(() => void trainer.stop());
    await once();
    const { steps } = trainer.history;
    await once();
    expect(trainer.history.steps).toBeGreaterThan(steps);
  });

  it("ends when no network goes on", async () => {
    const wild = { placement: "none", activation: "elu", depth: 5, learningRate: 100 } as const;
    const trainer = await trainerOf(wild, wild);
    await trainer.run(() => {});
    expect(trainer.history.networks.every(({ end }) => end?.how === "diverged")).toBe(true);
  });

  it("sees that looking changes nothing", async () => {
    const looking = await trainerOf({ dropout: 0.2 }, {});
    const blind = await trainerOf({ dropout: 0.2 }, {});
    for (let step = 0; step < 6; step++) {
      const seen = await looking.advance(1);
      const unseen = await blind.advance(1, false);
      expect(seen.networks.map(({ measures }) => measures[0]!.loss)).toEqual(
        unseen.networks.map(({ measures }) => measures[0]!.loss),
      );
    }
  });
});

describe("a look", () => {
  it("sees the pre-activations behind batch norm at mean 0 and deviation 1, and gamma and beta where they began", async () => {
    const trainer = await trainerOf({ depth: 3 }, { placement: "none" });
    const { networks } = await trainer.advance(0);
    const { look, inside } = networks[0]!.look!;
    expect(look.layers).toHaveLength(3);
    for (const { all, affine } of look.layers) {
      // Of a normal distribution, the 15th and 85th percentiles are at ∓1.04.
      expect(Math.abs(all[0] + 1.04)).toBeLessThan(0.2);
      expect(Math.abs(all[2] - 1.04)).toBeLessThan(0.2);
      expect(affine).toEqual({ gamma: [1, 1, 1], beta: [0, 0, 0] });
    }
    expect(look.gradientNorms).toHaveLength(4);
    expect(inside.weights).toHaveLength(4);
    for (const { shares } of [...inside.weights, ...inside.preactivations]) {
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    }
    expect(networks[1]!.look!.look.layers[0]!.affine).toBeUndefined();
  });

  it("sees both modes agree without batch norm and dropout, and differ while running statistics are stale", async () => {
    const trainer = await trainerOf({ placement: "none" }, { momentum: 0.999 });
    const { networks } = await trainer.advance(30);
    const [plain, stale] = networks.map(({ look }) => look!.look.modes!);
    expect(plain!.training.loss).toBeCloseTo(plain!.inference.loss, 5);
    expect(stale!.inference.loss).toBeGreaterThan(1.5 * stale!.training.loss);
  });

  it("has gamma and beta of batch norm on the input", async () => {
    const trainer = await trainerOf({ placement: "input" }, {});
    const { networks } = await trainer.advance(0);
    expect(networks[0]!.look!.look.input).toEqual({ gamma: [1, 1, 1], beta: [0, 0, 0] });
  });

  it("leaves out the modes of a network that cannot train on its batches", async () => {
    const trainer = await trainerOf({ batchSize: 1 }, {});
    const { networks } = await trainer.advance(0);
    expect(networks[0]!.look!.look.modes).toBeUndefined();
  });
});

describe("a classification", () => {
  it("gives probabilities, and each hidden layer's activations", async () => {
    const trainer = await trainerOf({ depth: 3, width: 12 }, { activation: "sigmoid" });
    await trainer.advance(80, false);
    const { x, y } = data.test;
    const picture = (x.data as Uint8Array).slice(784 * 4, 784 * 5);
    const [competitor] = trainer.comparison.competitors;
    const { probabilities, activations } = (await classified(competitor!, picture))!;
    expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
    expect(probabilities.indexOf(Math.max(...probabilities))).toBe(y.data[4]);
    expect(activations.map(({ length }) => length)).toEqual([12, 12, 12]);
    expect(activations.every((values) => values.every((value) => value >= 0))).toBe(true);
  });
});
