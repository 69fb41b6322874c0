// @ts-check
// What the built lab costs its visitors: bytes, the time to the first picture, for how long a training keeps the page from
// answering, and what axe-core finds. See ../README.md.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import axe from "axe-core";
import { preview } from "vite";
import { fail } from "../command.mjs";
import { machine, progress } from "../measure.mjs";
import { format, median, table } from "../table.mjs";
import { launch } from "./chromium.mjs";

/** @typedef {import("playwright-core").Page} Page */

/**
 * @typedef {object} Tasks what kept a page from answering
 * @property {number} longest milliseconds
 * @property {number} count those over 50 ms
 * @property {number} blocked milliseconds beyond the 50, of all of them
 */

const { rounds, seconds } = readOptions();
const lab = fileURLToPath(new URL("../../apps/lab", import.meta.url));
const dist = process.env.EVENKEEL_LAB ?? join(lab, "dist");
const { load, processor } = machine();
const browser = await launch();
// With the lab's own configuration, for its headers.
const server = await preview({
  root: lab,
  logLevel: "error",
  build: { outDir: dist },
  preview: { port: 0, host: "127.0.0.1" },
});
const { port } = /** @type {import("node:net").AddressInfo} */ (server.httpServer.address());
const url = `http://localhost:${port}/`;
try {
  const titles = await titlesOfPages();
  const sections = [
    await sizes(titles),
    await paints(),
    await training(),
    await accessibility(titles),
    `${processor}, Chromium ${browser.version()}, load ${load.toFixed(1)} before the run.`,
  ];
  console.log(sections.join("\n\n"));
} finally {
  await browser.close();
  await server.close();
}

/** The pages' addresses, by their titles. */
async function titlesOfPages() {
  const { page, close } = await open("");
  const links = await page
    .locator("nav a")
    .evaluateAll((all) =>
      all.map((link) => /** @type {const} */ ([link.textContent ?? "", link.getAttribute("href") ?? ""])),
    );
  await close();
  return links;
}

/**
 * A page of the lab in a context of its own, in which nothing is cached.
 *
 * @param {string} hash
 * @param {"allow" | "block"} [serviceWorkers]
 */
async function open(hash, serviceWorkers = "block") {
  const context = await browser.newContext({ serviceWorkers, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  /** @type {string[]} */
  const files = [];
  context.on("response", (response) => files.push(new URL(response.url()).pathname.slice(1) || "index.html"));
  await page.goto(url + hash);
  await page.locator("main h1").waitFor();
  return { page, files, close: () => context.close() };
}

/** What each page loads when a visit begins with it. @param {(readonly [string, string])[]} titles */
async function sizes(titles) {
  progress("bytes");
  const rows = [];
  for (const [title, hash] of titles) {
    const { page, files, close } = await open(hash);
    await page.waitForLoadState("networkidle");
    await close();
    const names = [...new Set(files)];
    const kinds = {
      code: names.filter((name) => /\.(html|js|css|svg)$/.test(name)),
      wasm: names.filter((name) => name.endsWith(".wasm")),
      data: names.filter((name) => !/\.(html|js|css|svg|wasm)$/.test(name)),
    };
    rows.push([title, `${names.length}`, ...Object.values(kinds).flatMap((each) => bytesOf(each))]);
  }
  const header = ["page", "requests", ...["code", "WebAssembly", "data"].flatMap((kind) => [kind, "gzip"])];
  const early = earlyFiles();
  const [raw, packed] = bytesOf(early);
  return `What a visit loads that begins with a page, in KiB as it is and as a server sends it with gzip:

${table(header, rows)}

Kept for visits without a connection, from the first visit on: ${early.length} files, ${raw} KiB, ${packed} with gzip.`;
}

/** @param {string[]} names of files @returns {[string, string]} KiB as they are, and packed */
function bytesOf(names) {
  const contents = names.map((name) => readFileSync(join(dist, name)));
  const kibibytes = (/** @type {number[]} */ sizes) =>
    (sizes.reduce((sum, size) => sum + size, 0) / 1024).toFixed(names.length > 0 ? 1 : 0);
  return [
    kibibytes(contents.map(({ length }) => length)),
    kibibytes(contents.map((content) => Math.min(content.length, gzipSync(content).length))),
  ];
}

/** The files that the service worker keeps at once. */
function earlyFiles() {
  const text = readFileSync(join(dist, "offline.js"), "utf8");
  const files = JSON.parse(/** @type {string} */ (/^const builtFiles = (.*);$/m.exec(text)?.[1]));
  return Object.keys(files).filter((name) => files[name].early);
}

/** What axe-core finds on each page, in light and in dark colours. @param {(readonly [string, string])[]} titles */
async function accessibility(titles) {
  progress("accessibility");
  const impacts = ["critical", "serious", "moderate", "minor"];
  const rows = [];
  for (const [title, hash] of titles) {
    const { page, close } = await open(hash);
    await page.waitForLoadState("networkidle");
    await page.evaluate(axe.source);
    /** @type {{ passed: number, impacts: string[] }[]} */
    const found = [];
    for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
      await page.emulateMedia({ colorScheme });
      await page.locator(`html[data-theme='${colorScheme}']`).waitFor();
      found.push(
        await page.evaluate(async () => {
          const { passes, violations } = await /** @type {any} */ (globalThis).axe.run();
          return {
            passed: /** @type {number} */ (passes.length),
            impacts: /** @type {{ impact: string }[]} */ (violations).map(({ impact }) => impact),
          };
        }),
      );
    }
    await close();
    const counts = impacts.map((impact) =>
      found.map((each) => each.impacts.filter((name) => name === impact).length).join(", "),
    );
    rows.push([title, found.map(({ passed }) => passed).join(", "), ...counts]);
  }
  return `Rules of axe-core ${axe.version} that each page keeps, and those that it breaks, by how much that hurts; in light, in dark colours:

${table(["page", "kept", ...impacts], rows)}`;
}

async function paints() {
  /** @type {Record<string, { first: number, load: number }[]>} */
  const taken = { "nothing is cached": [], "the service worker has it": [] };
  const kept = await open("", "allow");
  await kept.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  for (let round = 1; round <= rounds; round++) {
    progress(`first picture: round ${round} of ${rounds}`);
    const { page, close } = await open("");
    taken["nothing is cached"].push(await paintOf(page));
    await close();
    await kept.page.reload();
    taken["the service worker has it"].push(await paintOf(kept.page));
  }
  await kept.close();
  const range = (/** @type {number[]} */ values) =>
    `${format(median(values))} [${format(Math.min(...values))}–${format(Math.max(...values))}]`;
  const rows = Object.entries(taken).map(([name, paints]) => [
    name,
    range(paints.map(({ first }) => first)),
    range(paints.map((paint) => paint.load)),
  ]);
  return `The first page, from a server on this machine, in milliseconds; medians, in brackets the range of ${rounds} visits:

${table(["", "first contents", "all loaded"], rows)}`;
}

/** @param {Page} page */
async function paintOf(page) {
  return await page.evaluate(async () => {
    const first = await new Promise((resolve) => {
      new PerformanceObserver((list, observer) => {
        const entry = list.getEntriesByName("first-contentful-paint")[0];
        if (!entry) return;
        observer.disconnect();
        resolve(entry.startTime);
      }).observe({ type: "paint", buffered: true });
    });
    const [navigation] = /** @type {PerformanceNavigationTiming[]} */ (
      performance.getEntriesByType("navigation")
    );
    return { first: /** @type {number} */ (first), load: navigation.loadEventEnd };
  });
}

/** The Train page with the networks that it begins with. */
async function training() {
  progress("training");
  const { page, close } = await open("#/train");
  await page.evaluate(() => {
    const page = /** @type {{ tasks?: number[] }} */ (globalThis);
    page.tasks = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) page.tasks?.push(duration);
    }).observe({ type: "longtask", buffered: true });
  });
  const conduct = page.getByRole("group", { name: "Training" });
  const steps = async () => Number((await conduct.locator("strong").textContent())?.replaceAll(",", ""));
  const start = conduct.getByRole("button", { name: "Start" });
  await start.and(page.locator(":enabled")).waitFor({ timeout: 120_000 });
  const opening = await tasksOf(page);
  await start.click();
  await page.waitForTimeout(1000 * seconds);
  const taken = await steps();
  const running = await tasksOf(page);
  await close();
  const row = (/** @type {string} */ name, /** @type {Tasks} */ { longest, count, blocked }) => [
    name,
    count === 0 ? "none over 50" : format(longest),
    `${count}`,
    format(blocked),
  ];
  return `How long the Train page does not answer, in milliseconds, by the browser's list of long tasks:

${table(
  ["", "longest task", "tasks over 50 ms", "of them beyond 50 ms, in all"],
  [row("until the networks are ready", opening), row(`${seconds} s of training, ${taken} steps`, running)],
)}`;
}

/** The long tasks since the last time. @param {Page} page @returns {Promise<Tasks>} */
async function tasksOf(page) {
  const tasks = await page.evaluate(() => /** @type {any} */ (globalThis).tasks.splice(0));
  return {
    longest: Math.max(0, ...tasks),
    count: tasks.length,
    blocked: tasks.reduce((/** @type {number} */ sum, /** @type {number} */ task) => sum + task - 50, 0),
  };
}

function readOptions() {
  try {
    const { quick } = parseArgs({ options: { quick: { type: "boolean" } } }).values;
    return quick ? { rounds: 2, seconds: 4 } : { rounds: 7, seconds: 20 };
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}
