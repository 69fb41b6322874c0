import { describe, expect, it } from "vitest";
import type { Figure, Mark } from "./figure.js";
import { seriesColorRules, seriesStyles } from "./series.js";

const figureOf = (...panels: string[][]): Figure => ({
  title: "",
  caption: "",
  panels: panels.map((names) => ({
    type: "plot",
    title: "",
    x: { label: "x" },
    y: { label: "y" },
    marks: names.map((series): Mark => ({ type: "dots", series, points: [] })),
  })),
});

describe("colours of series", () => {
  it("are one for each name, whichever panels it is in", () => {
    const styles = seriesStyles(figureOf(["a", "b"], ["c", "a"]));
    expect([...styles.keys()]).toEqual(["a", "b", "c"]);
    expect(new Set([...styles.values()].map(({ color }) => color)).size).toBe(3);
  });

  it("of what is always compared are the same in all figures", () => {
    const alone = seriesStyles(figureOf(["with batch norm"]));
    const among = seriesStyles(figureOf(["x", "without batch norm", "y", "with batch norm"]));
    expect(among.get("with batch norm")).toEqual(alone.get("with batch norm"));
    expect(new Set([...among.values()].map(({ color }) => color)).size).toBe(4);
  });

  it("are one for each name in all figures that are given together", () => {
    const figures = [
      figureOf(["without batch norm", "BN-Baseline", "BN-x5"]),
      figureOf(["BN-x30", "without batch norm", "BN-x5"]),
      figureOf(["BN-x5", "without batch norm, x5"]),
    ];
    const together = seriesStyles(...figures);
    expect(together.size).toBe(5);
    expect(new Set([...together.values()].map(({ color }) => color)).size).toBe(5);
  });

  it("are the first ones again in figures that share nothing but what looks the same everywhere", () => {
    const together = seriesStyles(figureOf(["a", "b", "plain"]), figureOf(["c", "d", "plain"]));
    for (const [first, second] of [
      ["a", "c"],
      ["b", "d"],
    ] as const)
      expect(together.get(first)).toEqual(together.get(second));
  });

  it("come again, before dashes do, where linked figures have more names than colours", () => {
    const figures = Array.from({ length: 12 }, (_, index) => figureOf([`${index}`, `${index + 1}`, "plain"]));
    const together = seriesStyles(...figures);
    expect([...together.values()].every(({ dash }) => dash === undefined)).toBe(true);
    for (const index of figures.keys())
      expect(together.get(`${index}`)).not.toEqual(together.get(`${index + 1}`));
  });

  it("come with dashes where there are more series than colours", () => {
    const names = Array.from({ length: 20 }, (_, index) => `series ${index}`);
    const looks = [...seriesStyles(figureOf(names)).values()];
    expect(new Set(looks.map(({ color, dash }) => `${color} ${dash}`)).size).toBe(20);
  });

  it("are all defined, for light and for dark", () => {
    const names = Array.from({ length: 8 }, (_, index) => `series ${index}`);
    for (const scheme of ["light", "dark"] as const) {
      const rules = seriesColorRules(scheme);
      for (const { color } of seriesStyles(figureOf([...names, "without batch norm"])).values())
        expect(rules).toContain(`${color.slice("var(".length, -1)}:`);
    }
  });
});
