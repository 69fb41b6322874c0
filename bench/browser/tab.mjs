// @ts-check
// One peer in a tab of its own, which is a process of its own: what child.mjs is for programs.
import { Cannot, Missing } from "../child.mjs";

/**
 * @typedef {import("../measure.mjs").Worker} Worker
 * @implements {Worker}
 */
export class Tab {
  #page;

  /** @param {import("playwright-core").Page} page */
  constructor(page) {
    this.#page = page;
  }

  /**
   * @param {import("playwright-core").Browser} browser
   * @param {string} url of the site
   * @param {import("../peers.mjs").Peer} peer
   * @returns {Promise<{ child: Tab, name: string }>}
   * @throws Missing when it cannot run here.
   */
  static async open(browser, url, { file, parameters = [] }) {
    const context = await browser.newContext();
    const page = await context.newPage();
    /** @type {string[]} */
    const errors = [];
    page.on("pageerror", ({ message }) => errors.push(message));
    const query = new URLSearchParams([["file", file], ...parameters.map((value) => ["parameter", value])]);
    await page.goto(`${url}page.html?${query}`);
    for (let waited = 0; ; waited += 50) {
      const told = await page.evaluate(() => /** @type {any} */ (globalThis).told);
      if (told?.ready) return { child: new Tab(page), name: told.ready };
      const failure = errors[0] ?? (waited > 60_000 ? "it did not start within a minute" : undefined);
      if (told?.missing || failure) await context.close();
      if (told?.missing) throw new Missing(told.missing);
      if (failure) throw new Error(failure);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** @param {import("../workloads.mjs").Workload} work */
  async prepare(work) {
    return await this.#ask({ work });
  }

  /** @param {number} count */
  async steps(count) {
    return await this.#ask({ steps: count });
  }

  /** A page does not know its memory. @returns {Promise<undefined>} */
  async exit() {
    await this.#page.context().close();
  }

  kill() {
    this.#page
      .context()
      .close()
      .catch(() => {});
  }

  /** @param {object} request */
  async #ask(request) {
    const answer = await this.#page.evaluate((asked) => /** @type {any} */ (globalThis).ask(asked), request);
    if (answer.cannot) throw new Cannot(answer.cannot);
    return answer;
  }
}
