// @ts-check
// The figures of a run as Markdown tables.
import { stepOperations } from "./networks.mjs";
import { matmul, pass } from "./peers.mjs";
import { format, median, table } from "./table.mjs";

/**
 * @typedef {import("./measure.mjs").Row} Row
 * @typedef {import("./measure.mjs").Cell} Cell
 * @typedef {import("./workloads.mjs").Training} Training
 */

const matmulOperations = 2 * 1024 ** 3;
/**
 * The passes over its tensor that batch normalization must make, forward and backward, each one read and one write:
 * see README.md, "The passes of batch normalization".
 */
const passes = 4;

/** @param {Cell} cell */
const isYardstick = ({ peer }) => peer.id === matmul.id || peer.id === pass.id;
/** @param {Cell | undefined} cell */
export const medianOf = (cell) => (cell?.rounds.length ? median(cell.rounds.flat()) : Number.NaN);

const headings = {
  train: "Training steps",
  predict: "Inference",
  normalize: "Batch normalization alone",
};

/** @param {Row[]} rows */
export function report(rows) {
  const names = new Set(
    rows.flatMap(({ cells }) => cells.flatMap(({ name, absent }) => (absent ? [] : [name]))),
  );
  const sections = Object.entries(headings).flatMap(([task, heading]) => {
    const own = rows.filter(({ work }) => work.task === task);
    return own.length === 0
      ? []
      : [`### ${heading}`, times(own), products(own), normalizations(own), memory(own)];
  });
  const remarks = [...absences(rows), ...notes(rows)].map((remark) => `- ${remark}`).join("\n");
  return [...sections, ...(remarks ? ["### Notes", remarks] : []), [...names].join("; ")]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** The columns, and which cell of a row stands in each. @param {Row[]} rows */
function columnsOf(rows) {
  const cells = rows.flatMap((row) => row.cells.filter((cell) => !isYardstick(cell)));
  return [...new Set(cells.map(({ peer }) => peer.column))];
}

/** The faster one of the peers that share a column. @param {Row} row @param {string} column */
export function cellOf({ cells }, column) {
  const candidates = cells.filter(({ peer }) => peer.column === column);
  return (
    candidates
      .filter(({ rounds }) => rounds.length > 0)
      .reduce(
        (best, cell) => (best && medianOf(best) <= medianOf(cell) ? best : cell),
        /** @type {Cell | undefined} */ (undefined),
      ) ?? candidates[0]
  );
}

/** @param {Row[]} rows */
function times(rows) {
  const columns = columnsOf(rows);
  const body = rows.map((row) => {
    const reference = cellOf(row, columns[0]);
    return [
      row.work.title,
      ...columns.map((column, index) => {
        const cell = cellOf(row, column);
        if (!cell) return "";
        if (cell.absent) return short(cell.absent);
        if (index === 0) return `${format(medianOf(cell))} ms`;
        return ratio(cell, reference);
      }),
    ];
  });
  const header = ["", ...columns];
  return `How many times as long as ${columns[0]}:\n\n${table(header, body)}`;
}

/** Reasons that are longer than a cell stand in the notes. @param {string} reason */
const short = (reason) => /^(?:not here|failed)/.exec(reason)?.[0] ?? reason;

/** @param {Cell} cell @param {Cell | undefined} reference */
function ratio(cell, reference) {
  const each = cell.rounds
    .map((round, index) => median(round) / median(reference?.rounds[index] ?? []))
    .filter(Number.isFinite);
  const overall = medianOf(cell) / medianOf(reference);
  if (!Number.isFinite(overall)) return `${format(medianOf(cell))} ms`;
  return `${format(overall)} [${format(Math.min(...each))}–${format(Math.max(...each))}]`;
}

/** How fast ONNX Runtime multiplied in the same rounds, and how much of that each step reaches. @param {Row[]} rows */
function products(rows) {
  const columns = columnsOf(rows);
  const body = rows.flatMap((row) => {
    const product = row.cells.find(({ peer }) => peer.id === matmul.id);
    const rate = matmulOperations / medianOf(product) / 1e6;
    if (row.work.task !== "train" || !Number.isFinite(rate)) return [];
    const operations = stepOperations(row.work.network, row.work.batch);
    const shares = columns.map((column) => {
      const share = operations / medianOf(cellOf(row, column)) / 1e6 / rate;
      return Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : "";
    });
    return [[row.work.title, `${Math.round(rate)} GFLOP/s`, ...shares]];
  });
  if (body.length === 0) return "";
  const header = ["", "one 1024³ product", ...columns];
  return `Arithmetic of a step's products and convolutions, as a share of the rate of one large product:\n\n${table(header, body)}`;
}

/** Batch normalization alone against the passes over memory that it must make. @param {Row[]} rows */
function normalizations(rows) {
  const columns = columnsOf(rows);
  const body = rows.flatMap((row) => {
    const yardstick = medianOf(row.cells.find(({ peer }) => peer.id === pass.id));
    if (!Number.isFinite(yardstick)) return [];
    const shares = columns.map((column) => {
      const share = medianOf(cellOf(row, column)) / (passes * yardstick);
      return Number.isFinite(share) ? format(share) : "";
    });
    return [[row.work.title, `${format(1000 * yardstick)} µs`, ...shares]];
  });
  if (body.length === 0) return "";
  const header = ["", "one pass", ...columns];
  return `Forward and backward, how many times as long as the ${passes} passes they must make:\n\n${table(header, body)}`;
}

/** @param {Row[]} rows */
function memory(rows) {
  const columns = columnsOf(rows);
  if (!rows.some(({ cells }) => cells.some(({ peakMegabytes }) => peakMegabytes))) return "";
  const body = rows.map((row) => [
    row.work.title,
    ...columns.map((column) => {
      const cell = cellOf(row, column);
      return cell?.peakMegabytes && !cell.absent ? `${Math.round(cell.peakMegabytes)}` : "";
    }),
  ]);
  return `Peak memory of the process, MiB:\n\n${table(["", ...columns], body)}`;
}

/** @param {Row[]} rows */
function notes(rows) {
  return [...fewSteps(rows), ...chosen(rows), ...rows.flatMap(doubts)];
}

/** @param {Row[]} rows */
function fewSteps(rows) {
  const few = rows.flatMap(({ work, cells }) =>
    cells.flatMap(({ peer, rounds }) => {
      const steps = rounds.flat().length;
      return steps > 0 && steps < 5 ? [`${work.id} by ${peer.id} (${steps})`] : [];
    }),
  );
  return few.length > 0 ? [`Fewer than five counted steps: ${few.join(", ")}.`] : [];
}

/** Why peers have no figures, where the table does not say it. @param {Row[]} rows */
function absences(rows) {
  const reasons = rows.flatMap(({ work, cells }) =>
    cells.flatMap(({ peer, absent, failed }) => {
      if (!absent || short(absent) === absent) return [];
      return [failed ? `${work.id}: ${peer.id} ${absent}` : `${peer.id}: ${absent}`];
    }),
  );
  return [...new Set(reasons)];
}

/** What was measured of several peers in one column, of which the fastest is shown. @param {Row[]} rows */
function chosen(rows) {
  return columnsOf(rows).flatMap((column) => {
    const shared = rows.flatMap(({ work, cells }) => {
      const own = cells.filter(({ peer, rounds }) => peer.column === column && rounds.length > 0);
      return own.length < 2 ? [] : [{ work, own }];
    });
    if (shared.length === 0) return [];
    const names = [...new Set(shared.flatMap(({ own }) => own.map(({ peer }) => peer.id)))].join(", ");
    const each = shared.map(
      ({ work, own }) => `${work.id} ${own.map((cell) => format(medianOf(cell))).join(", ")}`,
    );
    return [`${column} is the fastest of ${names}, in milliseconds: ${each.join("; ")}.`];
  });
}

/** What speaks against a figure: the network did not train, or it did not do what the others did. @param {Row} row */
function doubts({ work, cells }) {
  const working = cells.filter((cell) => !isYardstick(cell) && !cell.absent && cell.values.length > 0);
  // Rounding grows from step to step while the rate is high: the first steps tell what is done, later ones do not.
  const [steps, tolerance] = work.task === "train" ? [3, 0.02] : [1, 1e-3];
  return working.flatMap(({ peer, values }) => {
    const found = [];
    if (work.task === "train" && values.length >= 20 && !(values[values.length - 1] < 0.9 * values[0])) {
      found.push(
        `${work.id}: ${peer.id} DID NOT TRAIN: loss ${values[0]} at first, ${values[values.length - 1]} after ${values.length} steps.`,
      );
    }
    for (const [step, value] of values.slice(0, steps).entries()) {
      const common = median(working.flatMap((other) => other.values[step] ?? []));
      if (Math.abs(value - common) <= tolerance * common) continue;
      found.push(
        `${work.id}: ${peer.id} took OTHER STEPS: ${value} at step ${step + 1}, median of all ${common}.`,
      );
      break;
    }
    return found;
  });
}
