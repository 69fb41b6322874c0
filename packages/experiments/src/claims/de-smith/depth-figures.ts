import { mean } from "simple-statistics";
import type { Evidence, Runs } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { curves } from "../../figures/curves.js";
import type { Figure, Mark, Plot, Point, Table } from "../../figures/figure.js";
import { best, type Trial, trialsOf } from "../../runs/rate-search.js";
import { type Depth, depths, search } from "./depth-runs.js";
import { type Method, methods, publishedDepths } from "./published.js";

const names: readonly Depth[] = ["shallow", "deep", "deepest"];

const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** 2⁻³. */
function power(exponent: number): string {
  const figures = [...String(Math.abs(exponent))].map((digit) => digits[Number(digit)]).join("");
  return `2${exponent < 0 ? "⁻" : ""}${figures}`;
}

/** For each seed, the trials of a method at a depth; none where it was not run. */
function trials(evidence: Evidence<Runs>, method: Method, depth: Depth): Trial[][] {
  return across(evidence, (results) => trialsOf(results, search(method, depth))).filter(
    ({ length }) => length > 0,
  );
}

const depthOf = ({ size }: Evidence<Runs>, depth: Depth): number =>
  (depths[size] as typeof depths.paper)[depth];

/** The table of depths, published beside measured, and the same as curves. */
export function accuracyByDepth(evidence: Evidence<Runs>): Figure {
  return {
    title: "Test accuracy by depth",
    caption:
      "Each method at its best rate. Published are convolutional networks on CIFAR-10; what does not train has no point there. A residual branch that is small at first makes deep networks trainable, whatever makes it small.",
    panels: [publishedPlot, measuredPlot(evidence), publishedTable, measuredTable(evidence)],
  };
}

const axes = {
  type: "plot",
  x: { label: "depth", scale: "band" },
  y: { label: "test accuracy, %", domain: [0, 100] },
} as const;

const publishedPlot: Plot = {
  ...axes,
  title: "WRN-n-2 on CIFAR-10",
  origin: "published",
  marks: methods.map((method) =>
    curve(
      method,
      publishedDepths
        .filter((row) => row.method === method)
        .map(({ depth, accuracy }) => ({ x: String(depth), y: accuracy?.[0] ?? null })),
    ),
  ),
};

function measuredPlot(evidence: Evidence<Runs>): Plot {
  const points = (method: Method) =>
    names.flatMap((depth): Point[] => {
      const seeds = trials(evidence, method, depth);
      if (seeds.length === 0) return [];
      const accuracy = mean(seeds.map((each) => best(each).accuracy));
      return [{ x: String(depthOf(evidence, depth)), y: 100 * accuracy }];
    });
  return { ...axes, title: "measured", marks: methods.map((method) => curve(method, points(method))) };
}

function curve(series: string, points: readonly Point[]): Mark {
  return { type: "line", series, points, dots: true };
}

const head = ["method", "depth", "test accuracy, %", "best rate (range)"];

const publishedTable: Table = {
  type: "table",
  title: "WRN-n-2 on CIFAR-10, 200 epochs",
  origin: "published",
  head,
  rows: publishedDepths.map(({ method, depth, accuracy, rate }) => [
    method,
    depth,
    accuracy ? `${accuracy[0].toFixed(1)} ± ${accuracy[1].toFixed(1)}` : "does not train",
    rate ? range(rate[0], rate[1], rate[2]) : "–",
  ]),
};

function measuredTable(evidence: Evidence<Runs>): Table {
  const rows = methods.flatMap((method) =>
    names.flatMap((depth) => {
      const seeds = trials(evidence, method, depth);
      return seeds.length === 0 ? [] : [row(method, depthOf(evidence, depth), seeds)];
    }),
  );
  return { type: "table", title: "measured: mean and standard error over the seeds", head, rows };
}

/** A method at a depth: the range of its rates is that of the seeds' best ones. */
function row(method: Method, depth: number, seeds: readonly (readonly Trial[])[]): (string | number)[] {
  const leaders = seeds.map(best);
  if (!seeds.some((each) => each.some(({ trains }) => trains))) return [method, depth, "does not train", "–"];
  const accuracies = leaders.map(({ accuracy }) => 100 * accuracy);
  const exponents = leaders.map(({ learningRate }) => Math.log2(learningRate)).sort((a, b) => a - b);
  const middle = exponents[Math.floor(exponents.length / 2)]!;
  const accuracy = `${mean(accuracies).toFixed(1)} ± ${standardError(accuracies).toFixed(1)}`;
  return [method, depth, accuracy, range(middle, exponents[0]!, exponents.at(-1)!)];
}

function standardError(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const center = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

function range(optimal: number, low: number, high: number): string {
  return low === high ? power(optimal) : `${power(optimal)} (${power(low)} to ${power(high)})`;
}

/** The searches themselves, one panel for each depth. */
export function accuracyByRate(evidence: Evidence<Runs>): Figure {
  const panels = names.flatMap((depth): Plot[] => {
    const marks = methods.flatMap((method) => {
      const seeds = trials(evidence, method, depth);
      const points = seeds.map((each) =>
        each.map(({ learningRate, accuracy }) => ({ x: learningRate, y: 100 * accuracy })),
      );
      return seeds.length === 0 ? [] : curves(method, points);
    });
    if (marks.length === 0) return [];
    const x = { label: "learning rate", scale: "log" } as const;
    return [{ ...axes, x, title: `depth ${depthOf(evidence, depth)}`, marks }];
  });
  return {
    title: "Test accuracy by learning rate",
    caption: "Thick lines are means over the seeds. What diverges is said to guess, which is right in 10 %.",
    panels,
  };
}
