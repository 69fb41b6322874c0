// @ts-check
// What a peer has of a browser: it is a page, of which tab.mjs asks what it asks a process of otherwise.

const query = new URLSearchParams(location.search);
/** @typedef {{ told?: object, ask?: (request: any) => Promise<object> }} Asked */
const page = /** @type {Asked} */ (globalThis);

/** What the page was opened with. */
export const parameters = query.getAll("parameter");

/** The versions of packages that the page was built from. @type {Record<string, string>} */
const versions = await (await fetch("versions.json")).json();

/** @param {string} name */
export const versionOf = (name) => versions[name];

const files = new Map(
  await Promise.all(
    ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"].map(
      async (name) => /** @type {const} */ ([name, await (await fetch(`mnist/${name}`)).arrayBuffer()]),
    ),
  ),
);

/** @param {string} name @param {number} offset @param {number} length */
export function mnistBytes(name, offset, length) {
  return new Uint8Array(/** @type {ArrayBuffer} */ (files.get(name)), offset, length);
}

/** No page can say that of itself. */
export const residentMegabytes = () => undefined;

/** @param {object} message */
export function tell(message) {
  page.told = message;
}

/** @param {(request: any) => Promise<object>} answer */
export async function listen(answer) {
  page.ask = answer;
}

/** @returns {never} */
export function end() {
  throw new Error("This peer cannot run here.");
}
