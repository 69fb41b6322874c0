import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { drawPlot, needsOf } from "./draw.js";
import type { Axis, Mark, Plot } from "./figure.js";
import { seriesStyles } from "./series.js";

const { document } = parseHTML("<!doctype html><html><body></body></html>") as unknown as {
  document: Document;
};

const plotOf = (marks: Mark[], x: Partial<Axis> = {}, y: Partial<Axis> = {}): Plot => ({
  type: "plot",
  title: "a plot",
  x: { label: "step", ...x },
  y: { label: "accuracy", ...y },
  marks,
});

/** The drawing, of which every number is one. */
function drawn(plot: Plot): SVGSVGElement {
  const svg = drawPlot(plot, { document, styles: seriesStyles({ panels: [plot] }) });
  expect(svg.outerHTML).not.toMatch(/NaN|Infinity|undefined|null/);
  return svg;
}

const within = (svg: SVGSVGElement, label: string) => [
  ...svg.querySelectorAll(`g[aria-label="${label}"] > *, g[aria-label="${label}"] > g > *`),
];
const texts = (svg: SVGSVGElement) => [...svg.querySelectorAll("text")].map(({ textContent }) => textContent);
const curve = [0.2, 0.5, 0.8, 0.9].map((y, x) => ({ x, y }));

describe("a drawn plot", () => {
  it("has a name, axes with labels, and nothing that two drawings differ in", () => {
    const plot = plotOf([{ type: "line", series: "a", points: curve }], {}, { domain: [0, 0.5] });
    const svg = drawn(plot);
    expect(svg.getAttribute("role")).toBe("img");
    expect(svg.getAttribute("aria-label")).toBe("a plot");
    expect([...svg.children].every((part) => part.getAttribute("aria-hidden") === "true")).toBe(true);
    expect(texts(svg)).toEqual(expect.arrayContaining(["step →", "↑ accuracy", "0.5"]));
    expect(svg.querySelector("style")).toBeNull();
    expect(drawn(plot).outerHTML).toBe(svg.outerHTML);
  });

  it("has lines in their series' colour, thin ones behind thick ones, and dots where asked", () => {
    const svg = drawn(
      plotOf([
        { type: "line", series: "a", points: curve, dots: true },
        { type: "line", series: "a", points: curve, thin: true },
      ]),
    );
    const lines = [...svg.querySelectorAll('g[aria-label="line"]')];
    expect(lines.map((line) => line.getAttribute("stroke-width"))).toEqual(["0.7", "2"]);
    expect(new Set(lines.map((line) => line.getAttribute("stroke")))).toEqual(new Set(["var(--series-1)"]));
    expect(svg.querySelectorAll('g[aria-label="dot"] circle')).toHaveLength(4);
  });

  it("has gaps where a line has no value, and on a logarithmic axis none above 0", () => {
    const points = [1, null, 3, 0, -1, 4, 5].map((y, x) => ({ x, y }));
    const pathOf = (scale: "linear" | "log") =>
      within(drawn(plotOf([{ type: "line", series: "a", points }], {}, { scale })), "line")[0]!.getAttribute(
        "d",
      )!;
    expect(pathOf("linear").match(/M/g)).toHaveLength(2);
    expect(pathOf("log").match(/M/g)).toHaveLength(3);
  });

  it("shows a line of one point", () => {
    const svg = drawn(plotOf([{ type: "line", series: "a", points: [{ x: 3, y: 7 }] }]));
    expect(svg.querySelectorAll("circle")).toHaveLength(1);
  });

  it("is empty but whole where nothing has a place", () => {
    for (const scale of ["linear", "log"] as const) {
      const nothing = [Number.NaN, Number.POSITIVE_INFINITY, null].map((y) => ({ x: -1, y }));
      const svg = drawn(
        plotOf([{ type: "line", series: "a", points: nothing, dots: true }], { scale }, { scale }),
      );
      expect(svg.querySelectorAll("circle")).toHaveLength(0);
    }
  });

  it("has bands", () => {
    const points = [1, 2, 3].map((x) => ({ x, low: x, high: 2 * x }));
    const svg = drawn(plotOf([{ type: "band", series: "a", points }], { scale: "log" }));
    expect(within(svg, "area")).toHaveLength(1);
  });

  it("leaves dots outside an asked domain out, and cuts lines off at the frame", () => {
    const svg = drawn(
      plotOf(
        [
          { type: "dots", series: "a", points: curve },
          { type: "line", series: "a", points: curve },
        ],
        {},
        { domain: [0, 0.6] },
      ),
    );
    expect(svg.querySelectorAll("circle")).toHaveLength(2);
    const cutter = svg
      .querySelector('g[aria-label="line"]')!
      .getAttribute("clip-path")!
      .slice("url(#".length, -1);
    expect([...svg.querySelectorAll("clipPath")].map(({ id }) => id)).toContain(cutter);
  });

  it("has ids and a label of its own where told", () => {
    const plot = plotOf([{ type: "line", series: "a", points: curve }], {}, { domain: [0, 0.6] });
    const svg = drawPlot(plot, { document, styles: new Map(), id: "IS15-8-1-2", label: "figure: plot" });
    const ids = [...svg.querySelectorAll("[id]")].map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^IS15-8-1-2-/);
    expect(svg.getAttribute("aria-label")).toBe("figure: plot");
  });

  it("shows its marks where the asked domain has none of them", () => {
    const plot = plotOf([{ type: "dots", series: "a", points: curve }], {}, { domain: [2, 3] });
    expect(drawn(plot).querySelectorAll("circle")).toHaveLength(4);
  });

  it("counts epochs in whole numbers", () => {
    const svg = drawn(plotOf([{ type: "line", series: "a", points: curve.slice(1, 3) }]));
    const labels = [...svg.querySelectorAll('g[aria-label="x-axis tick label"] text')];
    expect(labels.map(({ textContent }) => textContent)).toEqual(["1", "2"]);
  });
});

describe("bars", () => {
  const bars = (series: string, ...values: number[]): Mark => ({
    type: "bars",
    series,
    points: values.map((y, index) => ({ x: ["before", "after"][index]!, y, low: y - 0.1, high: y + 0.1 })),
  });

  it("of several series stand side by side, with error bars in their middle", () => {
    const svg = drawn(plotOf([bars("a", 0.4, 0.5), bars("b", 0.6, 0.7)], { scale: "band" }));
    const groups = [...svg.querySelectorAll('g[aria-label="rule"]')];
    expect(groups).toHaveLength(4);
    const [a, errorsOfA, b, errorsOfB] = groups.map((group) => group.getAttribute("transform"));
    expect(a).toBe(errorsOfA);
    expect(b).toBe(errorsOfB);
    expect(a).not.toBe(b);
    expect(groups.flatMap((group) => [...group.querySelectorAll("line")])).toHaveLength(8);
  });

  it("begin at 0, which is the axis' end, and on a logarithmic axis at its bottom", () => {
    const bottoms = (scale: "linear" | "log") => {
      const svg = drawn(plotOf([bars("a", 0.4, 0.5)], { scale: "band" }, { scale }));
      const bar = svg.querySelector('g[aria-label="rule"] line')!;
      return Math.max(Number(bar.getAttribute("y1")), Number(bar.getAttribute("y2")));
    };
    expect(bottoms("linear")).toBe(bottoms("log"));
  });

  it("at numbers have ticks there", () => {
    const points = [8, 16, 32, 64].map((x) => ({ x, y: x }));
    const svg = drawn(plotOf([{ type: "bars", series: "a", points }], { scale: "log" }));
    expect(texts(svg)).toEqual(expect.arrayContaining(["8", "16", "32", "64"]));
  });

  it("keep the names of a band axis, numbers too, and turn them where they are long", () => {
    const points = ["a name that is rather long", "another one, no shorter", 3, 4, 5, 6, 7, 8].map((x) => ({
      x,
      y: 1,
    }));
    const svg = drawn(plotOf([{ type: "bars", series: "a", points }], { scale: "band" }));
    expect(texts(svg)).toEqual(expect.arrayContaining(["a name that is rather long", "8"]));
    expect(svg.outerHTML).toContain("rotate(-35)");
    expect(svg.querySelectorAll('g[aria-label="rule"] line')).toHaveLength(8);
  });
});

describe("histograms, heat maps and rules", () => {
  it("draws bins that share their edges", () => {
    const svg = drawn(plotOf([{ type: "histogram", series: "a", edges: [0, 1, 2, 3], heights: [1, 4, 2] }]));
    expect(within(svg, "area")).toHaveLength(1);
    // Up, along and down: two points for each bin, and the two ends.
    expect(within(svg, "line")[0]!.getAttribute("d")!.match(/[ML]/g)).toHaveLength(8);
  });

  it("draws every value of a heat map, equal neighbours as one, and leaves others out", () => {
    const values = [
      [0, 0, 1],
      [Number.NaN, 1, 0],
    ];
    const svg = drawn(plotOf([{ type: "heat", values }]));
    const paths = [...svg.querySelectorAll('g[aria-label="heat map"] path')].map((path) =>
      path.getAttribute("d"),
    );
    expect(paths).toEqual(["M0,0h2v1h-2zM2,1h1v1h-1z", "M2,0h1v1h-1zM1,1h1v1h-1z"]);
  });

  it("gives a diverging heat map two colours, and 0 none of them", () => {
    const svg = drawn(plotOf([{ type: "heat", diverging: true, values: [[-2, 0, 1]] }]));
    const fills = [...svg.querySelectorAll('g[aria-label="heat map"] path')].map((path) => [
      path.getAttribute("fill"),
      Number(path.getAttribute("fill-opacity")),
    ]);
    expect(fills.map(([fill]) => fill)).toEqual([
      "var(--heat-below)",
      "var(--heat-above)",
      "var(--heat-above)",
    ]);
    expect(fills[0]![1]).toBeGreaterThan(0.9);
    expect(fills[1]![1]).toBeLessThan(0.1);
    expect(texts(svg)).toEqual(expect.arrayContaining(["2", "0", "−2"]));
  });

  it("draws rules across, with words that are no markup", () => {
    const svg = drawn(
      plotOf([
        { type: "line", series: "a", points: curve },
        { type: "rule", axis: "y", at: 0.5, label: "<target> & more" },
        { type: "rule", axis: "x", at: 2 },
      ]),
    );
    expect(svg.querySelectorAll('g[aria-label="rule"]')).toHaveLength(2);
    expect(svg.outerHTML).toContain("&lt;target&gt; &amp; more");
  });
});

describe("plots of one figure", () => {
  const line = (...ys: number[]): Mark => ({
    type: "line",
    series: "a",
    points: ys.map((y, x) => ({ x, y })),
  });
  const extents = (...plots: Plot[]) => [...needsOf({ panels: plots }).values()].map(({ y }) => y.extent);

  it("are drawn on the same axes where these are alike", () => {
    expect(extents(plotOf([line(0, 0.9)]), plotOf([line(0.4, 1)]))).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  it("keep their own axes where one would hardly be seen on the other's, or measures something else", () => {
    expect(extents(plotOf([line(0, 1)]), plotOf([line(0, 100)]))).toEqual([
      [0, 1],
      [0, 100],
    ]);
    expect(extents(plotOf([line(0, 1)]), plotOf([line(0, 2)], {}, { label: "loss" }))).toEqual([
      [0, 1],
      [0, 2],
    ]);
  });
});
