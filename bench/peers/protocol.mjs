// @ts-check
// The conversation of every JavaScript peer with the parent; pytorch.py has the same in Python.
import { end, listen, residentMegabytes, tell } from "./platform.mjs";

/** @typedef {import("../workloads.mjs").Workload} Workload */

/** This peer has no way to do the work; the message says what it lacks, in a few words. */
export class Cannot extends Error {}

/**
 * Answers the parent until it says exit. Lines of JSON:
 *
 *     child:  {"ready": name}, or {"missing": why it cannot run here}
 *     parent: {"work": workload}   child: {"prepared": milliseconds, "megabytes": resident now}, or {"cannot": what it lacks}
 *     parent: {"steps": n}         child: {"milliseconds": [n numbers], "values": [n numbers]}, or {"cannot": …}
 *     parent: {"exit": true}       child: {"peakMegabytes": number}
 *
 * @typedef {ArrayLike<number> | ArrayLike<number>[]} Results numbers that show whether all peers do the same
 * @typedef {number | Results | (() => Results | Promise<Results>)} Outcome
 * @typedef {(step: number) => Outcome | Promise<Outcome>} Step takes a step, the first being 0, and returns the loss of a
 *   training step, the logits, or a function that reads a normalization's output and gradients from where they are. Of
 *   all but the loss, the mean absolute value is reported; it is computed outside the timed stretch.
 * @typedef {(step: number, count: number) => Promise<number[] | (() => Results)>} Steps the same for several steps, for an
 *   implementation that takes them together; returns each one's loss, or what all of them give. Their time is shared
 *   among them equally.
 * @typedef {Step | { steps: Steps }} Doer
 *
 * @param {string} name what the table calls this peer, with its version.
 * @param {(work: Workload) => Doer | Promise<Doer>} prepare builds what the work needs; throws `Cannot`.
 */
export async function serve(name, prepare) {
  tell({ ready: name });
  /** @type {Doer} */
  let doer = () => Number.NaN;
  let step = 0;
  await listen(async (request) => {
    try {
      if (request.work) {
        const start = performance.now();
        doer = await prepare(request.work);
        return { prepared: performance.now() - start, megabytes: residentMegabytes() };
      }
      const taken = await take(doer, step, request.steps);
      step += request.steps;
      return taken;
    } catch (error) {
      if (!(error instanceof Cannot)) throw error;
      return { cannot: error.message };
    }
  });
}

/**
 * @param {Doer} doer
 * @param {number} first
 * @param {number} count
 */
async function take(doer, first, count) {
  if (typeof doer !== "function") {
    const start = performance.now();
    const outcome = await doer.steps(first, count);
    const each = (performance.now() - start) / count;
    const values = typeof outcome === "function" ? new Array(count).fill(size(outcome())) : outcome;
    return { milliseconds: values.map(() => each), values };
  }
  const milliseconds = [];
  const values = [];
  for (let step = first; step < first + count; step++) {
    const start = performance.now();
    const outcome = await doer(step);
    milliseconds.push(performance.now() - start);
    const result = typeof outcome === "function" ? await outcome() : outcome;
    values.push(typeof result === "number" ? result : size(result));
  }
  return { milliseconds, values };
}

/**
 * The mean absolute value; of several lists of numbers, the sum of their means.
 *
 * @param {Results} results
 * @returns {number}
 */
export function size(results) {
  if (typeof results[0] === "object") {
    return /** @type {ArrayLike<number>[]} */ (results).reduce((sum, list) => sum + size(list), 0);
  }
  const list = /** @type {ArrayLike<number>} */ (results);
  let sum = 0;
  for (let index = 0; index < list.length; index++) sum += Math.abs(list[index]);
  return sum / list.length;
}

/** Tells the parent that the peer cannot run here, and ends. @param {string} why @returns {never} */
export function missing(why) {
  tell({ missing: why });
  end();
}
