import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach } from "vitest";

/** A server of files on this machine, whose ways a test can change. */
export interface FileServer {
  /** Its address, without a slash at the end. */
  url: string;
  /** The files by their names. */
  files: Map<string, Uint8Array>;
  /** Headers of the requests that came, with their paths. */
  requests: { path: string; headers: IncomingHttpHeaders }[];
  /** Whether parts of files are to be had. Default true. */
  ranges: boolean;
  /** What is said of every file beside its size. Default: an ETag. */
  headers: Record<string, string>;
  /** Bytes of a body after which nothing more comes, while the connection stays. Default: never. */
  stallAfter: number;
  /** Called with each answer in place of the usual one. */
  answer: ((response: ServerResponse, path: string) => void) | undefined;
  /** Breaks all connections. */
  breakConnections(): void;
}

/** A server for the tests of a file; before each test it has no files and its usual ways. */
export function fileServer(): FileServer {
  const state = { url: "" } as FileServer;
  const server = createServer(({ url, headers }, response) => {
    const path = url!.slice(1);
    state.requests.push({ path, headers });
    if (state.answer) return state.answer(response, path);
    const file = state.files.get(path);
    if (!file) return response.writeHead(404).end();
    const start = rangeStart(state, headers);
    if (start >= file.length) return response.writeHead(416).end();
    const body = file.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      ...state.headers,
      "content-length": body.length,
      ...(start > 0 && { "content-range": `bytes ${start}-${file.length - 1}/${file.length}` }),
    });
    if (state.stallAfter >= body.length) response.end(body);
    else response.write(body.subarray(0, state.stallAfter));
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    Object.assign(state, {
      files: new Map(),
      requests: [],
      ranges: true,
      headers: { etag: '"first"' },
      stallAfter: Number.POSITIVE_INFINITY,
      answer: undefined,
      breakConnections: () => server.closeAllConnections(),
    });
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return state;
}

/** Where an answer begins: at 0, too, when the client has a part of another version. */
function rangeStart({ ranges, headers }: FileServer, asked: IncomingHttpHeaders): number {
  const wanted = /^bytes=(\d+)-$/.exec(asked.range ?? "");
  if (!ranges || !wanted) return 0;
  const version = asked["if-range"];
  const current = version === undefined || version === headers.etag || version === headers["last-modified"];
  return current ? Number(wanted[1]) : 0;
}
