// @ts-check
// One row of the table: all peers do the same work, in turn.
import { availableParallelism, cpus, loadavg } from "node:os";
import { Cannot, Missing } from "./child.mjs";
import { stepOperations } from "./networks.mjs";
import { start as startProcess } from "./peers.mjs";
import { median } from "./table.mjs";

/**
 * @typedef {import("./peers.mjs").Peer} Peer
 * @typedef {import("./workloads.mjs").Workload} Workload
 *
 * @typedef {object} Settings
 * @property {number} rounds
 * @property {number} seconds that each peer gets in each round, at least one step
 * @property {number} warmup seconds before the first round, at least one step and at most 20
 * @property {number} budget seconds; a peer that has used them up, with two steps counted, sits out the other rounds; of
 *   one whose first step takes longer, that step counts too
 *
 * @typedef {object} Cell what one peer did of one work
 * @property {Peer} peer
 * @property {string} name
 * @property {number[][]} rounds milliseconds of each counted step, one list for each round
 * @property {number[]} values of every step from the first on, the warm-up's too
 * @property {string} [absent] why it has no figures, in a few words
 * @property {boolean} [failed] it ought to have run
 * @property {number} [peakMegabytes]
 * @property {number} [preparedMegabytes] resident before the first step
 *
 * @typedef {{ work: Workload, cells: Cell[] }} Row
 *
 * @typedef {object} Worker a peer at work; child.mjs is one
 * @property {(work: Workload) => Promise<{ megabytes?: number }>} prepare
 * @property {(count: number) => Promise<{ milliseconds: number[], values: number[] }>} steps
 * @property {() => Promise<number | undefined>} exit
 * @property {() => void} kill
 *
 * @typedef {(peer: Peer) => Promise<{ child: Worker, name: string }>} Start
 */

/** Pause before each turn, in which the threads of the one before fall asleep. */
const pause = 0.1;
const warmupSteps = 20;
const stepsPerRound = 3000;

/**
 * @param {Peer[]} peers
 * @param {Workload} work
 * @param {Settings} settings
 * @param {Start} [start] starts a peer; by default, in a process of its own
 * @returns {Promise<Row>}
 */
export async function measure(peers, work, settings, start = startProcess) {
  const contenders = [];
  for (const peer of peers) {
    if (peer.tasks && !peer.tasks.includes(work.task)) continue;
    const contender = new Contender(peer);
    await contender.begin(work, start);
    contenders.push(contender);
  }
  for (const contender of contenders) await contender.warmUp(settings);
  for (let round = 1; round <= settings.rounds; round++) {
    progress(`${work.id}: round ${round} of ${settings.rounds}`);
    for (const contender of contenders) await contender.round(settings);
  }
  for (const contender of contenders) await contender.end();
  return { work, cells: contenders.map(({ cell }) => cell) };
}

/** A peer at one work. */
class Contender {
  /** @type {Worker | undefined} */
  #child;
  #spent = 0;
  /** Milliseconds of the latest step. */
  #latest = 1;

  /** @param {Peer} peer */
  constructor(peer) {
    /** @type {Cell} */
    this.cell = { peer, name: peer.id, rounds: [], values: [] };
  }

  /** @param {Workload} work @param {Start} start */
  async begin(work, start) {
    await this.#attempt(async () => {
      const { child, name } = await start(this.cell.peer);
      this.#child = child;
      this.cell.name = name;
      this.cell.preparedMegabytes = (await child.prepare(work)).megabytes;
    });
    if (!this.cell.absent) progress(`${work.id}: ${this.cell.name}`);
  }

  /** @param {Settings} settings */
  async warmUp({ warmup: seconds, budget }) {
    const [first] = await this.#steps(1);
    if (first > 1000 * budget) {
      this.cell.rounds.push([first]);
      return;
    }
    while (!this.cell.absent && this.#spent < 1000 * seconds) {
      const taken = this.cell.values.length;
      if (taken >= warmupSteps) break;
      await this.#steps(Math.min(taken, warmupSteps - taken));
    }
    this.#spent = 0;
  }

  /** @param {Settings} settings */
  async round({ seconds, budget }) {
    const { rounds } = this.cell;
    const counted = rounds.flat();
    if (counted.length >= 2 && this.#spent > 1000 * budget) return;
    const each = median(counted.length > 0 ? counted : [this.#latest]);
    const count = Math.round((1000 * seconds) / each);
    const milliseconds = await this.#steps(Math.min(Math.max(1, count), stepsPerRound));
    if (milliseconds.length > 0) rounds.push(milliseconds);
  }

  async end() {
    await this.#attempt(async () => {
      this.cell.peakMegabytes = await this.#child?.exit();
    });
  }

  /** @param {number} count */
  async #steps(count) {
    if (this.cell.absent) return [];
    await new Promise((resolve) => setTimeout(resolve, 1000 * pause));
    /** @type {number[]} */
    let times = [];
    await this.#attempt(async () => {
      const answer = await this.#child?.steps(count);
      if (!answer) return;
      times = answer.milliseconds;
      this.cell.values.push(...answer.values);
      this.#spent += times.reduce((sum, time) => sum + time, 0);
      this.#latest = times[times.length - 1];
    });
    return times;
  }

  /**
   * Runs one exchange with the child; when that fails, the cell has no figures, and the run goes on without it.
   *
   * @param {() => Promise<void>} exchange
   */
  async #attempt(exchange) {
    if (this.cell.absent) return;
    try {
      await exchange();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.cell.failed = !(error instanceof Missing || error instanceof Cannot);
      const kind = this.cell.failed ? "failed: " : error instanceof Missing ? "not here: " : "";
      this.cell.absent = `${kind}${message}`;
      this.#child?.kill();
      progress(`${this.cell.peer.id}: ${this.cell.absent}`);
    }
  }
}

/**
 * About how many seconds a run takes on two cores.
 *
 * @param {Peer[]} peers
 * @param {Workload[]} works
 * @param {Settings} settings
 */
export function estimate(peers, works, { rounds, seconds, warmup, budget }) {
  const toStart = 1.5;
  const cells = works.flatMap((work) =>
    peers.flatMap(({ tasks, slow }) => {
      if (tasks && !tasks.includes(work.task)) return [];
      const step = slow && work.task !== "normalize" ? operationsOf(work) / slow / 1e9 : 0;
      if (step > budget) return toStart + 2 * step;
      const counted = Math.max(2 * step, Math.min(budget, rounds * Math.max(seconds, step)));
      return toStart + Math.max(step, warmup / 2) + counted + rounds * pause;
    }),
  );
  return cells.reduce((sum, each) => sum + each, 0);
}

/** Floating-point operations of a step. @param {Exclude<Workload, { task: "normalize" }>} work */
function operationsOf({ task, network, batch }) {
  return stepOperations(network, batch) / (task === "train" ? 1 : 3);
}

/** What the figures were taken on. @param {string} [where] what the peers run in */
export function machine(where = `Node ${process.version}`) {
  const load = loadavg()[0];
  if (load > 0.3)
    progress(`note: the machine is busy (load ${load.toFixed(1)}); 2-thread figures suffer most`);
  const processor = `${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} cores, ${where}`;
  return { load, processor };
}

/** @param {string} line */
export function progress(line) {
  process.stderr.write(`${line}\n`);
}
