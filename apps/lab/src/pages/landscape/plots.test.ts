import type { AlongGradient } from "evenkeel-experiments";
import { describe, expect, it } from "vitest";
import type { Landscape, LandscapeLook } from "./measure.ts";
import { alongPlots, coursePlots } from "./plots.ts";

const along: AlongGradient = {
  loss: 2,
  gradientNorm: 1,
  points: [
    { stepSize: 0.1, loss: 1.5, gradientDistance: 0.5, effectiveBeta: 5 },
    { stepSize: 0.4, loss: null, gradientDistance: null, effectiveBeta: null },
  ],
};

const landscape: Landscape = {
  along,
  loss: { low: 1, high: 1.5 },
  predictiveness: { low: 0.5, high: 20 },
  smoothness: 5,
};

const options = { learningRates: [0.1, 0.2], scale: "linear" } as const;

describe("plots along the gradient", () => {
  it("count steps in each network's learning rate, from the weights as they are", () => {
    const look = { step: 0, networks: [landscape, landscape] };
    const { loss } = alongPlots(look, ["one", "two"], options);
    const places = loss.marks.map((mark) => mark.type === "line" && mark.points.map(({ x, y }) => [x, y]));
    expect(places).toEqual([
      [
        [0, 2],
        [1, 1.5],
        [4, null],
      ],
      [
        [0, 2],
        [0.5, 1.5],
        [2, null],
      ],
    ]);
  });

  it("leave out the beginning where it has no place, and a network that has no landscape", () => {
    const look = { step: 0, networks: [undefined, landscape] };
    const { gradient } = alongPlots(look, ["one", "two"], { ...options, scale: "log" });
    expect(gradient.marks).toHaveLength(1);
    expect(gradient.marks[0]).toMatchObject({ series: "two", points: [{ x: 0.5 }, { x: 2 }] });
  });
});

describe("plots over the training", () => {
  it("have a band of what each look found, and leave out what is no number", () => {
    const looks: LandscapeLook[] = [
      { step: 0, networks: [landscape] },
      { step: 5, networks: [{ ...landscape, loss: undefined, smoothness: undefined }] },
      { step: 10, networks: [undefined] },
    ];
    const { loss, smoothness, predictiveness } = coursePlots(looks, ["one"], 5);
    expect(loss.marks[0]).toEqual({ type: "band", series: "one", points: [{ x: 0, low: 1, high: 1.5 }] });
    expect(smoothness.marks[0]).toMatchObject({
      points: [
        { x: 0, y: 5 },
        { x: 5, y: null },
      ],
    });
    expect(predictiveness.marks[0]).toMatchObject({ points: [{ x: 0 }, { x: 5 }] });
  });

  it("are logarithmic where values span powers of ten", () => {
    const { loss, predictiveness } = coursePlots([{ step: 0, networks: [landscape] }], ["one"], 5);
    expect([loss.y.scale, predictiveness.y.scale]).toEqual(["linear", "log"]);
    expect(loss.x.domain).toEqual([0, 5]);
  });
});
