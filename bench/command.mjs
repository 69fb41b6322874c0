// @ts-check
// The command line of a comparison: which work, by whom, for how long; then the tables.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { estimate, machine, measure, progress } from "./measure.mjs";
import { report } from "./report.mjs";

/**
 * Measures all rows and prints the tables. The exit code is 1 when a peer broke off, 2 for options that make no sense.
 *
 * @param {object} comparison
 * @param {string} comparison.file what `--help` calls it
 * @param {import("./workloads.mjs").Workload[]} comparison.workloads
 * @param {import("./peers.mjs").Peer[]} comparison.peers
 * @param {(peers: import("./peers.mjs").Peer[]) => Promise<void>} [comparison.check] before the first row
 * @param {import("./measure.mjs").Start} [comparison.start] starts a peer; by default, in a process of its own
 * @param {string} [comparison.where] what the peers run in, where it is not Node
 */
export async function compare({ file, workloads, peers, check, start, where }) {
  const options = readOptions();
  if (options.help) {
    console.log(`node ${file} [--work IDS] [--only PEERS] [--rounds 5] [--seconds 0.4] [--budget 12] [--quick] [--markdown FILE] [--json FILE]
IDS: ${workloads.map(({ id }) => id).join(",")}
PEERS: ${peers.map(({ id }) => id).join(",")}`);
    return;
  }
  const { quick } = options;
  const settings = {
    rounds: positive("--rounds", options.rounds ?? (quick ? "2" : "5")),
    seconds: positive("--seconds", options.seconds ?? (quick ? "0.2" : "0.4")),
    warmup: quick ? 0.5 : 1,
    budget: positive("--budget", options.budget ?? (quick ? "5" : "12")),
  };
  const work = chosen("--work", options.work, workloads);
  const who = chosen("--only", options.only, peers);
  await check?.(who);

  const { load, processor } = machine(where);
  const begin = performance.now();
  progress(`about ${minutes(estimate(who, work, settings))} on two cores that do nothing else`);
  const rows = [];
  for (const [index, each] of work.entries()) {
    rows.push(await measure(who, each, settings, start));
    const left = estimate(who, work.slice(index + 1), settings);
    progress(`${each.id} done, ${index + 1} of ${work.length}; about ${minutes(left)} left`);
  }
  const markdown = `${report(rows)}

${processor}, load ${load.toFixed(1)} before the run; ${settings.rounds} rounds of ${settings.seconds} s for each; medians of all steps, in brackets the range of the rounds. The run took ${minutes((performance.now() - begin) / 1000)}.`;
  console.log(markdown);
  if (options.markdown) {
    writeFileSync(options.markdown, `${markdown}\n`);
    progress(`wrote ${options.markdown}`);
  }
  if (options.json) {
    const run = { date: new Date().toISOString(), processor, load, ...settings };
    writeFileSync(options.json, `${JSON.stringify({ ...run, rows })}\n`);
    progress(`wrote ${options.json}`);
  }
  process.exitCode = rows.some(({ cells }) => cells.some(({ failed }) => failed)) ? 1 : 0;
}

/** @param {number} seconds */
export const minutes = (seconds) =>
  seconds < 90 ? `${Math.round(seconds)} s` : `${(seconds / 60).toFixed(seconds < 600 ? 1 : 0)} minutes`;

/**
 * @param {string} option
 * @param {string | undefined} text
 * @param {T[]} all
 * @returns {T[]}
 * @template {{ id: string }} T
 */
function chosen(option, text, all) {
  const ids = text?.split(",");
  for (const id of ids ?? []) {
    if (!all.some((entry) => entry.id === id))
      fail(`${option}: no "${id}"; there are ${all.map((entry) => entry.id).join(", ")}`);
  }
  return all.filter(({ id }) => !ids || ids.includes(id));
}

/**
 * @param {string} option
 * @param {string} text
 */
function positive(option, text) {
  const value = Number(text);
  if (!(value > 0)) fail(`${option}: "${text}" is no positive number`);
  return value;
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        work: { type: "string" },
        only: { type: "string" },
        rounds: { type: "string" },
        seconds: { type: "string" },
        budget: { type: "string" },
        quick: { type: "boolean" },
        markdown: { type: "string" },
        json: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

/** @param {string} message @returns {never} */
export function fail(message) {
  progress(message);
  process.exit(2);
}
