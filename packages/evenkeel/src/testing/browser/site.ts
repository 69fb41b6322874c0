import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

/** The source of the page that tests open. */
export const pageFolder = fileURLToPath(new URL("./page", import.meta.url));

/** What a server says of a page whose WebAssembly may have threads. */
export const isolation = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
} as const;

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

/** A file that a site has besides its folder's. */
export interface SiteFile {
  readonly content: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Serves a folder until the tests of the file are over. Where there is no such file, the page itself is given, as many
 * servers do.
 *
 * @returns its address, with a slash at the end.
 */
export async function serve(
  folder: string,
  headers: Readonly<Record<string, string>> = {},
  files: ReadonlyMap<string, SiteFile> = new Map(),
): Promise<string> {
  const server = createServer(({ url }, response) => {
    const { pathname } = new URL(url!, "http://localhost");
    const extra = files.get(pathname);
    if (extra) {
      response.writeHead(200, { ...headers, ...extra.headers }).end(extra.content);
      return;
    }
    const path = contentOf(join(folder, pathname)) ? pathname : "/index.html";
    response.writeHead(200, {
      ...headers,
      "content-type": types[extname(path)] ?? "application/octet-stream",
    });
    response.end(contentOf(join(folder, path)));
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  return `http://localhost:${(server.address() as AddressInfo).port}/`;
}

function contentOf(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
