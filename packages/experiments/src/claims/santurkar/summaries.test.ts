import { describe, expect, it } from "vitest";
import type { AlongGradient } from "../../probes/along-gradient.js";
import type { LandscapeResult } from "../../runs/landscape.js";
import { distributionPlot } from "./distributions.js";
import {
  finalLoss,
  lateAccuracy,
  lossAt,
  meanCosine,
  meanDistance,
  most,
  overLooks,
  typicalLoss,
  wandering,
} from "./summaries.js";

const finished = { steps: 40, seconds: 1, looks: [] };

describe("summaries of a training", () => {
  const measures = (accuracy: number) => ({ loss: 1, accuracy });
  const points = [
    { step: 0, test: measures(0.1) },
    { step: 20, train: measures(0.2), test: measures(0.3) },
    { step: 30, train: measures(0.4), test: measures(0.5) },
    { step: 40, train: measures(0.6) },
  ];

  it("average the accuracy over the second half, at chance where there is none", () => {
    const result: LandscapeResult = { ...finished, outcome: "finished", points };
    expect(lateAccuracy(result, "train")).toBeCloseTo(0.5, 12);
    expect(lateAccuracy(result, "test")).toBeCloseTo(0.3, 12);
  });

  it("give chance to a training that diverged, and its first loss", () => {
    expect(lateAccuracy({ ...finished, outcome: "diverged", points }, "train")).toBe(0.1);
    const losses = [1, 4, 16].map((loss, step) => ({ step, loss }));
    expect(finalLoss({ outcome: "diverged", losses, looks: [] })).toBe(1);
    expect(finalLoss({ outcome: "finished", losses, looks: [] })).toBe(16);
    expect([1, 2, 9].map((step) => lossAt({ outcome: "finished", losses, looks: [] }, step))).toEqual([
      4, 16, 16,
    ]);
    expect(lossAt({ outcome: "diverged", losses, looks: [] }, 1)).toBe(1);
    expect(typicalLoss({ outcome: "diverged", losses, looks: [] })).toBe(1);
    expect(typicalLoss({ outcome: "finished", losses, looks: [] })).toBeCloseTo(4, 12);
  });
});

describe("summaries of looks", () => {
  it("are geometric means, in which what is not finite is the most that counts", () => {
    const along: AlongGradient = { loss: 1, gradientNorm: 1, points: [] };
    const values = [4, undefined, 1e9];
    const looks = [{ along }, { along }, {}, { along }];
    let next = 0;
    expect(overLooks(looks, () => values[next++])).toBeCloseTo((4 * most * most) ** (1 / 3), 3);
  });

  it("leave out cosines that there are not, and count distances that are not finite", () => {
    const shift = { layer: "dense_2", gradientNorm: 1 };
    const looks = [
      { shifts: [{ ...shift, distance: 1, cosine: 0.5 }] },
      { shifts: [{ ...shift, distance: 3, cosine: null }] },
      {},
    ];
    expect(meanCosine(looks)).toBe(0.5);
    expect(meanDistance(looks)).toBe(2);
    expect(meanCosine([{ shifts: [{ ...shift, distance: 0, cosine: null }] }])).toBe(1);
    expect(meanDistance([{ shifts: [{ ...shift, distance: null, cosine: null }] }])).toBe(most);
  });

  it("stand as histograms on their steps, below the next", () => {
    const histogram = { edges: [0, 1, 3], counts: [2, 8] };
    const moments = { mean: [0], variance: [1] };
    const looks = [
      { step: 10, distribution: { ...moments, histogram } },
      { step: 30, distribution: moments },
    ];
    expect(distributionPlot("plain", looks).marks).toEqual([
      {
        type: "band",
        series: "plain",
        points: [
          { x: 0.5, low: 10, high: 14.5 },
          { x: 2, low: 10, high: 28 },
        ],
      },
      {
        type: "line",
        series: "plain",
        thin: true,
        points: [
          { x: 0.5, y: 14.5 },
          { x: 2, y: 28 },
        ],
      },
    ]);
  });

  it("say how far the channels' means wander in their deviations", () => {
    const looks = [
      { step: 0, distribution: { mean: [1, 0], variance: [4, 4] } },
      { step: 1, distribution: { mean: [3, 0], variance: [4, 4] } },
    ];
    // The first channel's mean has a deviation of 1, the second's none; both channels have one of 2.
    expect(wandering(looks)).toBeCloseTo(0.25, 12);
  });
});
