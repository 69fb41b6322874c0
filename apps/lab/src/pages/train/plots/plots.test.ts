import { nodeRuntime } from "evenkeel";
import { needsOf, type Plot } from "evenkeel-experiments/figures";
import { describe, expect, it } from "vitest";
import { Comparison } from "../../../networks/comparison.ts";
import type { NetworkSettings } from "../../../networks/experiment.ts";
import { identitiesOf } from "../../../networks/names.ts";
import { brightNoise, experimentWith } from "../../../networks/testing.ts";
import { Trainer } from "../../../networks/trainer.ts";
import { numbersOf } from "../numbers.ts";
import * as inside from "./inside.ts";
import { accuracyPlot, lossPlot, modesPlot, type Spoken } from "./learning.ts";
import type { Shown } from "./shown.ts";

const data = brightNoise(200, 1000);
async function trained(steps: readonly number[], ...networks: Partial<NetworkSettings>[]): Promise<Shown[]> {
  const experiment = experimentWith(...networks);
  const trainer = new Trainer(await Comparison.make(experiment, data, nodeRuntime({ threads: 1 })));
  for (const count of steps) await trainer.advance(count);
  const identities = identitiesOf(experiment.networks);
  return experiment.networks.map((settings, index) => ({
    ...identities[index]!,
    settings,
    history: trainer.history.networks[index]!,
  }));
}

const everyPlot = (networks: readonly Shown[]): Spoken[] => [
  ...(["step", "seconds"] as const).flatMap((along) => [
    lossPlot(networks, along, false),
    lossPlot(networks, along, true),
    accuracyPlot(networks, along),
  ]),
  ...networks.flatMap((network) => [modesPlot(network, "accuracy"), modesPlot(network, "loss")]),
  ...[0, 1, 3].flatMap((layer) => [
    ...networks.map((network) => inside.preactivationPlot(network, layer, "unit")),
    inside.preactivationHistogram(networks, layer),
    inside.gradientPlot(networks, layer),
    inside.affinePlot(networks.filter(inside.hasAffine), layer, "gamma"),
    inside.weightPlot(networks, layer),
    inside.weightHistogram(networks, layer),
  ]),
  inside.preactivationsByLayerPlot(networks, "all"),
  inside.gradientsByLayerPlot(networks),
  inside.affineByLayerPlot(networks.filter(inside.hasAffine), "beta"),
];

describe("plots of networks", () => {
  it("have a place for everything, and words without numbers that are none: before training, while it goes on, with one that diverged", async () => {
    const mixed = [
      { depth: 1, placement: "none" },
      { depth: 3 },
      { placement: "input", activation: "sigmoid" },
      { placement: "none", activation: "elu", depth: 5, learningRate: 100 },
    ] as const;
    for (const steps of [[], [0], [0, 20, 20]]) {
      const networks = await trained(steps, ...mixed);
      for (const { plot, label } of everyPlot(networks)) {
        const { x, y } = needsOf({ panels: [plot] }).get(plot)!;
        expect([...(x.extent ?? []), ...(y.extent ?? [])].every(Number.isFinite)).toBe(true);
        expect(label).not.toMatch(/NaN|undefined/);
      }
    }
  });

  it("say where a network diverged", async () => {
    const wild = { placement: "none", activation: "elu", depth: 5, learningRate: 100 } as const;
    const networks = await trained([0, 20], wild, {});
    const { plot } = lossPlot(networks, "step", false);
    const rule = plot.marks.find((mark) => mark.type === "rule");
    expect(rule).toMatchObject({ at: networks[0]!.history.end!.step, label: "A diverged" });
  });

  it("have the last hidden layer of each network, or the one that is asked for where there is one", async () => {
    const networks = await trained([0, 5], { depth: 1 }, { depth: 3 });
    const last = inside.weightPlot(networks, 0).plot.marks;
    const third = inside.weightPlot(networks, 3).plot.marks;
    const lengths = (marks: Plot["marks"], series: string) =>
      marks.flatMap((mark) =>
        mark.type === "line" && mark.series === series ? mark.points.map(({ y }) => y) : [],
      );
    expect(lengths(last, "B")).toEqual(lengths(third, "B"));
    expect(lengths(third, "A").every((y) => y === null)).toBe(true);
    expect(lengths(last, "A").every((y) => (y as number) > 0)).toBe(true);
  });
});

describe("numbers of a network", () => {
  it("are dashes before training, but for the first look's", async () => {
    const [network] = await trained([0], {}, {});
    expect(numbersOf(network!.history)).toMatchObject({
      loss: "–",
      trainingAccuracy: "–",
      millisecondsPerStep: "–",
      testAccuracy: expect.stringMatching(/^\d+\.\d%$/),
    });
  });

  it("are there after steps, speed and all", async () => {
    const [network] = await trained([0, 30], {}, {});
    for (const text of Object.values(numbersOf(network!.history))) expect(text).toMatch(/\d/);
  });
});
