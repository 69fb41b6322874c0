// @ts-check
// How time and memory of a training step grow with batch size, width, depth and the number of batch-norm layers, and how
// long a training takes to begin. See ../README.md.
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { minutes } from "../command.mjs";
import { estimate, machine, measure, progress } from "../measure.mjs";
import { peers } from "../peers.mjs";
import { medianOf } from "../report.mjs";
import { format, table } from "../table.mjs";
import { line, powerLaw } from "./fit.mjs";
import { plot } from "./plot.mjs";
import { allSeries } from "./series.mjs";

/**
 * @typedef {object} Curve what one peer needed in one series
 * @property {string} series
 * @property {string} name
 * @property {"milliseconds" | "MiB" | "seconds to start"} unit
 * @property {[size: number, value: number][]} points
 */

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    peers: { type: "string", default: "evenkeel,pytorch-2" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "0.3" },
    quick: { type: "boolean" },
    markdown: { type: "string" },
    svg: { type: "string" },
    help: { type: "boolean", short: "h" },
  },
});
if (options.help) {
  console.log(`node bench/scaling/scaling.mjs [--only SERIES] [--peers PEERS] [--rounds 5] [--seconds 0.3] [--quick] [--markdown FILE] [--svg FILE]
SERIES: ${allSeries.map(({ id }) => id).join(",")}`);
  process.exit();
}
const settings = options.quick
  ? { rounds: 1, seconds: 0.2, warmup: 0.2, budget: 12 }
  : { rounds: Number(options.rounds), seconds: Number(options.seconds), warmup: 0.5, budget: 12 };
const chosenPeers = peers.filter(({ id }) => options.peers.split(",").includes(id));
const chosenSeries = allSeries.filter(({ id }) => !options.only || options.only.split(",").includes(id));
const startFile = fileURLToPath(new URL("start.mjs", import.meta.url));
const startLimit = 20;

const { load, processor } = machine();
const works = chosenSeries.flatMap(({ points }) => points.map(({ work }) => work));
const starts = chosenSeries.flatMap(({ points, starts }) => (starts ? points : []));
// Building the larger networks takes longer than the others' start, and those that are started are built twice.
const toBuild = 1.5 * works.length + 4 * starts.length;
progress(
  `about ${minutes(toBuild + estimate(chosenPeers, works, settings))} on two cores that do nothing else`,
);
/** @type {Curve[]} */
const curves = [];
const parts = [];
for (const series of chosenSeries) {
  const own = await measureSeries(series);
  curves.push(...own);
  parts.push(tableOf(series, own));
  console.log(`${parts.at(-1)}\n`);
}
parts.push(
  `Milliseconds: medians of ${settings.rounds} rounds of ${settings.seconds} s for each. MiB: what the steps add to the process's peak. ${processor}, load ${load.toFixed(1)} before the run.`,
);
console.log(parts.at(-1));
if (options.markdown) {
  writeFileSync(options.markdown, `${parts.join("\n\n")}\n`);
  progress(`wrote ${options.markdown}`);
}
if (options.svg) {
  writeFileSync(options.svg, plot(chosenSeries, curves));
  progress(`wrote ${options.svg}`);
}

/** @param {import("./series.mjs").Series} series @returns {Promise<Curve[]>} */
async function measureSeries({ id, points, starts }) {
  /** @type {Map<string, Curve>} */
  const found = new Map();
  const add = (
    /** @type {string} */ name,
    /** @type {Curve["unit"]} */ unit,
    /** @type {number} */ size,
    /** @type {number} */ value,
  ) => {
    const key = `${name}, ${unit}`;
    const curve = found.get(key) ?? { series: id, name, unit, points: [] };
    if (Number.isFinite(value)) curve.points.push([size, value]);
    found.set(key, curve);
  };
  for (const { size, work } of points) {
    const { cells } = await measure(chosenPeers, work, settings);
    for (const cell of cells) {
      const { column } = cell.peer;
      add(column, "milliseconds", size, medianOf(cell));
      add(column, "MiB", size, (cell.peakMegabytes ?? Number.NaN) - (cell.preparedMegabytes ?? 0));
    }
    if (starts) {
      const { build, firstStep, total } = await start(work);
      add("Evenkeel builds its session", "seconds to start", size, build / 1000);
      add("Evenkeel takes the first step", "seconds to start", size, firstStep / 1000);
      add("Evenkeel, all until the first loss", "seconds to start", size, total / 1000);
    }
  }
  return [...found.values()];
}

/**
 * @param {import("../workloads.mjs").Training} work
 * @returns {Promise<{ build: number, firstStep: number, total: number }>}
 */
async function start(work) {
  const parameters = [startFile, JSON.stringify(work)];
  return JSON.parse((await promisify(execFile)(process.execPath, parameters)).stdout);
}

/** @param {import("./series.mjs").Series} series @param {Curve[]} own */
function tableOf({ title, quantity, points }, own) {
  const sizes = points.map(({ size }) => size);
  const grows = sizes[0] > 0;
  const rows = own.map(({ name, unit, points }) => {
    const at = new Map(points);
    const values = sizes.map((size) => {
      const value = at.get(size);
      return value === undefined ? "" : format(value);
    });
    const law = points.length < 2 ? "" : grows ? powerLaw(points).exponent.toFixed(2) : perLayer(points);
    return [`${name}, ${unit}`, ...values, law];
  });
  const header = [`${title}: ${quantity}`, ...sizes.map(String), grows ? "exponent" : "each adds"];
  const largest = own.find(({ name }) => name.includes("until"))?.points.at(-1);
  const verdict = largest
    ? `\n\nResNet-${largest[0]} is built and has taken its first step after ${format(largest[1])} s: ${largest[1] < startLimit ? "under" : "NOT UNDER"} ${startLimit} s.`
    : "";
  return `${table(header, rows)}${verdict}`;
}

/** What one layer adds, of the whole without any. @param {[number, number][]} points */
function perLayer(points) {
  const { slope, intercept } = line(points);
  return `${((100 * slope) / intercept).toFixed(1)} %`;
}
