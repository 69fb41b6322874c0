import { nodeRuntime } from "evenkeel";
import { inputForms } from "evenkeel-experiments";
import { describe, expect, it } from "vitest";
import { type DescentsRequest, serve } from "./service.ts";
import { lossAt, lossSlice } from "./slice.ts";

const runtime = nodeRuntime({ threads: 1 });

const lecture: DescentsRequest = {
  ranges: [
    [2, 24],
    [0, 1000],
  ],
  seed: 1,
  start: [-0.5, 1.5],
  steps: 12,
  rates: { raw: 2e-6, standardized: 0.2, batchNormalized: 0.2 },
  learned: false,
};

describe("descents", () => {
  it("have the losses that the moments say, at every step, also with gamma and beta learned", async () => {
    for (const learned of [false, true]) {
      const { forms } = await serve({ runtime }).descents({ ...lecture, learned });
      for (const form of inputForms) {
        const { path, moments } = forms[form];
        expect(path).toHaveLength(13);
        for (const point of path) {
          const expected = lossAt(lossSlice(moments, point), point.weights);
          expect(Math.abs(point.loss - expected)).toBeLessThan(
            1e-4 * expected + 1e-6 * moments.targetVariance,
          );
        }
      }
    }
  });

  it("go at right angles to the contour on which a step begins", async () => {
    const { forms } = await serve({ runtime }).descents({ ...lecture, learned: true });
    for (const form of inputForms) {
      const { path, moments } = forms[form];
      const { rates } = lecture;
      for (const [step, point] of path.slice(0, 4).entries()) {
        const {
          center,
          curvature: [a, b, c],
        } = lossSlice(moments, point);
        const [x, y] = [point.weights[0] - center[0], point.weights[1] - center[1]];
        const moved = path[step + 1]!.weights.map((weight, index) => weight - point.weights[index]!);
        const downhill = [-2 * rates[form] * (a * x + b * y), -2 * rates[form] * (b * x + c * y)];
        const size = Math.hypot(...downhill);
        expect(Math.abs(moved[0]! - downhill[0]!)).toBeLessThan(1e-3 * size + 1e-6);
        expect(Math.abs(moved[1]! - downhill[1]!)).toBeLessThan(1e-3 * size + 1e-6);
      }
    }
  });

  it("have a limit: a smaller rate arrives, a greater one diverges, also with gamma and beta learned", async () => {
    for (const learned of [false, true]) {
      const service = serve({ runtime });
      const limits = (await service.descents({ ...lecture, learned })).forms;
      for (const form of ["standardized", "batchNormalized"] as const) {
        const limit = 2 / limits[form].curvature.greatest;
        const last = async (rate: number, start: readonly [number, number]) => {
          const rates = { ...lecture.rates, [form]: rate };
          const { forms } = await service.descents({ ...lecture, learned, rates, start, steps: 300 });
          return forms[form].path.length > 300 ? forms[form].path.at(-1)!.loss : Number.POSITIVE_INFINITY;
        };
        for (const start of [
          [0.2, 0.2],
          [-0.5, 0.9],
          [0.5, 1.5],
        ] as const) {
          expect(await last(0.9 * limit, start)).toBeLessThan(0.01);
          expect(await last(1.25 * limit, start)).toBe(Number.POSITIVE_INFINITY);
        }
      }
    }
  });

  it("find the phones' weight 45 times the cash's for raw features, and equal ones for scaled features", async () => {
    const { forms } = await serve({ runtime }).descents(lecture);
    const ratio = ([first, second]: readonly [number, number]) => first / second;
    expect(ratio(forms.raw.solution)).toBeCloseTo(1000 / 22, 2);
    expect(ratio(forms.standardized.solution)).toBeGreaterThan(0.8);
    expect(ratio(forms.standardized.solution)).toBeLessThan(1.25);
    expect(forms.raw.curvature.greatest / forms.raw.curvature.least).toBeGreaterThan(1e6);
    expect(forms.standardized.curvature.greatest / forms.standardized.curvature.least).toBeLessThan(1.5);
  });

  it("are ended by newer ones, which come out right", async () => {
    const service = serve({ runtime });
    const first = service.descents({ ...lecture, steps: 500 });
    const second = service.descents({ ...lecture, steps: 5 });
    await expect(first).rejects.toThrow("Other descents");
    expect((await second).forms.raw.path).toHaveLength(6);
    const third = service.descents({ ...lecture, steps: 500 });
    service.stop();
    await expect(third).rejects.toThrow("left");
  });

  it("tell how far they are", async () => {
    const shares: number[] = [];
    await serve({ runtime }).descents({ ...lecture, steps: 500 }, (share) => shares.push(share));
    expect(shares.length).toBeGreaterThan(20);
    for (const share of shares) expect(share).toBeLessThanOrEqual(1);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
  });
});
