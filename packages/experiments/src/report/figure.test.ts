import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import type { Panel, Plot } from "../figures/figure.js";
import { figureMarkup } from "./figure.js";

const plot = (origin: "published" | "measured", ...series: string[]): Plot => ({
  type: "plot",
  title: origin,
  origin,
  x: { label: "step" },
  y: { label: "accuracy" },
  marks: series.map((name) => ({ type: "line", series: name, points: [1, 2, 3].map((x) => ({ x, y: x })) })),
});
const drawn = (...panels: Panel[]) =>
  parseHTML(figureMarkup({ title: "A figure", caption: "It shows.", panels })).document;
const columns = (...panels: Panel[]) =>
  drawn(...panels)
    .querySelector(".row")!
    .getAttribute("style");

describe("a figure", () => {
  it("has one legend, and one colour for a series in all panels", () => {
    const figure = drawn(plot("published", "a", "b"), plot("measured", "b", "c"));
    expect([...figure.querySelectorAll(".legend li")].map(({ textContent }) => textContent)).toEqual([
      "a",
      "b",
      "c",
    ]);
    const colors = [...figure.querySelectorAll(".panel")].map((panel) =>
      [...panel.querySelectorAll('g[aria-label="line"]')].map((line) => line.getAttribute("stroke")),
    );
    expect(colors[0]![1]).toBe(colors[1]![0]);
    expect(new Set(colors.flat()).size).toBe(3);
  });

  it("puts what was published beside what was measured, or above where that is several", () => {
    const [published, measured] = [plot("published", "a"), plot("measured", "a")];
    expect(columns(measured)).toContain("1");
    expect(columns(published, measured)).toContain("2");
    expect(columns(published, measured, published, measured, published, measured)).toContain("2");
    const led = [published, measured, measured, measured];
    expect(columns(...led)).toContain("3");
    expect([...drawn(...led).querySelectorAll(".lead")]).toHaveLength(1);
  });

  it("says whose numbers these are only where both are shown", () => {
    expect(drawn(plot("measured", "a")).querySelector("h4 i")).toBeNull();
    expect(drawn(plot("published", "a"), plot("measured", "a")).querySelectorAll("h4 i")).toHaveLength(2);
  });

  it("writes tables with signs and powers as people do", () => {
    const cells = drawn({
      type: "table",
      title: "numbers",
      head: ["name", "a", "b", "c", "d", "e"],
      rows: [["<x>", 0.123456, "1.8e-7", "-1.5", Number.NaN, 12_000]],
    }).querySelectorAll("tbody th, tbody td");
    expect([...cells].map(({ textContent }) => textContent)).toEqual([
      "<x>",
      "0.1235",
      "1.8×10⁻⁷",
      "−1.5",
      "–",
      "12,000",
    ]);
  });

  it("that cannot be drawn says so, below its caption", () => {
    const broken = {
      ...plot("measured", "a"),
      marks: [{ type: "heat", values: undefined }],
    } as unknown as Plot;
    const figure = drawn(broken, plot("measured", "b"));
    expect(figure.querySelector("figcaption")!.textContent).toBe("A figure. It shows.");
    expect(figure.querySelector(".undrawn")!.textContent).toMatch(/^This figure could not be drawn: ./);
    expect(figure.querySelector("svg.plot")).toBeNull();
  });

  it("gives a wide table the whole width", () => {
    const names = Array.from({ length: 8 }, (_, index) => `a long name ${index}`);
    const wide: Panel = { type: "table", title: "wide", head: names, rows: [names] };
    expect(columns(wide, plot("measured", "a"))).toContain("1");
  });
});
