// @ts-check
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** @type {Set<Child>} */
const children = new Set();

for (const [signal, code] of /** @type {const} */ ([
  ["SIGINT", 130],
  ["SIGTERM", 143],
])) {
  process.on(signal, () => process.exit(code));
}
process.on("exit", () => {
  for (const child of children) child.kill();
});

/** The implementation cannot run here: a package, Python module or file is missing. */
export class Missing extends Error {}

/** The implementation has no way to do this work. */
export class Cannot extends Error {}

/** One implementation in its own process: a line of JSON in, a line of JSON out (see peers/protocol.mjs). */
export class Child {
  #process;
  #lines;
  #lastErrors = "";

  /**
   * @param {string} command
   * @param {string[]} parameters
   * @param {Record<string, string>} environment
   */
  constructor(command, parameters, environment) {
    this.#process = spawn(command, parameters, {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...environment },
    });
    children.add(this);
    this.#process.on("close", () => children.delete(this));
    this.#process.on("error", (error) => {
      children.delete(this);
      this.#lastErrors += error.message;
    });
    // Writing to a process that died must not end this one; reading from it says what happened.
    this.#process.stdin.on("error", () => {});
    this.#process.stderr.setEncoding("utf8").on("data", (text) => {
      this.#lastErrors = (this.#lastErrors + text).slice(-2000);
    });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** @returns {Promise<string>} the name that the implementation gives itself */
  async ready() {
    const answer = await this.#read();
    if (answer.missing) throw new Missing(answer.missing);
    return answer.ready;
  }

  /**
   * Builds what a work needs.
   *
   * @param {import("./workloads.mjs").Workload} work
   * @returns {Promise<{ prepared: number, megabytes: number }>} how many milliseconds that took, and how much memory is
   *   resident then
   */
  async prepare(work) {
    this.#write({ work });
    return this.#read();
  }

  /**
   * Takes the next steps.
   *
   * @param {number} count
   * @returns {Promise<{ milliseconds: number[], values: number[] }>} of each step
   */
  async steps(count) {
    this.#write({ steps: count });
    return this.#read();
  }

  /** Ends the process. @returns {Promise<number>} its peak resident memory in MiB */
  async exit() {
    this.#write({ exit: true });
    return (await this.#read()).peakMegabytes;
  }

  kill() {
    this.#process.kill("SIGKILL");
  }

  /** @param {object} message */
  #write(message) {
    this.#process.stdin.write(`${JSON.stringify(message)}\n`);
  }

  async #read() {
    const { value, done } = await this.#lines.next();
    if (!done) {
      const answer = JSON.parse(value);
      if (answer.cannot) throw new Cannot(answer.cannot);
      return answer;
    }
    await new Promise((resolve) => setTimeout(resolve, 100)); // The rest of its stderr arrives.
    const errors = this.#lastErrors.trim();
    // A relative import that is not found is a fault, not an absence: that message says "module".
    const missing =
      /Cannot find (package '[^']*')/.exec(errors)?.[1] ?? /spawn (.* ENOENT)/.exec(errors)?.[1];
    if (missing) throw new Missing(`no ${missing.replace(" ENOENT", "")}`);
    throw new Error(errors.split("\n").find((line) => /^\w*Error\b/.test(line)) ?? "the process ended");
  }
}
