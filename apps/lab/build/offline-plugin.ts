import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/** What is kept from the first visit on: the pages themselves. Data is kept when it has been used. */
const isEarly = /^[^/]+$|^assets\/.*\.(js|css)$/;

/** Builds the service worker, src/offline/worker.ts, with the list of all files that it may keep. */
export function offline(): Plugin {
  let publicFolder = "";
  return {
    name: "evenkeel-offline",
    enforce: "post",
    configResolved({ publicDir }) {
      publicFolder = publicDir;
    },
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        // Workers are built for themselves, with this hook once more.
        const worker = bundle["offline.js"];
        if (worker?.type !== "chunk") return;
        if (worker.imports.length > 0) this.error("The service worker must be one file.");
        const built = Object.values(bundle)
          .filter((file) => file !== worker)
          .map((file): [string, string | Uint8Array] => [
            file.fileName,
            file.type === "chunk" ? file.code : file.source,
          ]);
        const files = [...built, ...filesIn(publicFolder)].sort(([a], [b]) => (a < b ? -1 : 1));
        const list = files.map(([path, content]) => [
          path,
          { revision: revisionOf(content), early: isEarly.test(path) },
        ]);
        worker.code = `const builtFiles = ${JSON.stringify(Object.fromEntries(list))};\n${worker.code}`;
      },
    },
  };
}

function revisionOf(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 12);
}

/** All files in a folder, by their path from there. */
function filesIn(folder: string): [string, Uint8Array][] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.slice(folder.length + 1).replaceAll("\\", "/"), readFileSync(path)]);
}
