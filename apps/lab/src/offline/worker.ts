// The service worker: it keeps the lab's files, so that the lab opens without a connection, and adds the headers that a
// host of static files does not send. Ready-made ones (Workbox) keep files too, but add no headers.
import { headers } from "./headers.ts";

/** The build's files by their path from the page, put in by build/offline-plugin.ts. */
declare const builtFiles: Readonly<Record<string, BuiltFile>>;

interface BuiltFile {
  /** Changes with the content. */
  revision: string;
  /** Whether it is kept from the first visit on; the others are from their first use on. */
  early: boolean;
}

// TypeScript has these in a library that excludes that of pages.
interface LifeEvent extends Event {
  waitUntil(done: Promise<unknown>): void;
}
interface RequestEvent extends LifeEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface ServiceWorker {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate", listener: (event: LifeEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: RequestEvent) => void): void;
}

const worker = self as unknown as ServiceWorker;
const { scope } = worker.registration;
const page = "index.html";

worker.addEventListener("install", (event) => event.waitUntil(keepEarly(event)));
worker.addEventListener("activate", (event) =>
  event.waitUntil(dropFormer().then(() => worker.clients.claim())),
);
worker.addEventListener("fetch", (event) => {
  const response = event.request.method === "GET" ? answer(event) : undefined;
  if (response) event.respondWith(response.then(withHeaders));
});

/** The answer to a request for one of the lab's files; undefined for what else may lie on the host. */
function answer(event: RequestEvent): Promise<Response> | undefined {
  const { origin, pathname } = new URL(event.request.url);
  const url = `${origin}${pathname}`;
  if (!url.startsWith(scope)) return undefined;
  const path = url.slice(scope.length) || page;
  // The page itself is asked for first, so that a new build shows at once.
  if (path === page) return newest(path, event);
  if (Object.hasOwn(builtFiles, path)) return kept(path, event);
  // Files of that new build, while the service worker of the former one is in charge.
  return path.startsWith("assets/") ? fetch(event.request) : undefined;
}

async function newest(path: string, event: LifeEvent): Promise<Response> {
  try {
    const response = await fetch(scope + path, { cache: "no-cache" });
    if (response.ok) return response;
  } catch {
    // There is no connection.
  }
  return await kept(path, event);
}

async function kept(path: string, event: LifeEvent): Promise<Response> {
  const cache = await files();
  const key = keyOf(path);
  const known = await cache.match(key);
  if (known) return known;
  const response = await fetch(scope + path, { cache: "no-cache" });
  // Without room to keep it, it is used all the same.
  if (response.ok) event.waitUntil(cache.put(key, response.clone()).catch(() => {}));
  return response;
}

async function keepEarly(event: LifeEvent): Promise<void> {
  const early = Object.keys(builtFiles).filter((path) => builtFiles[path]!.early);
  const responses = await Promise.all(early.map((path) => kept(path, event)));
  if (!responses.every(({ ok }) => ok)) throw new Error("Not all files of the build are on the server.");
}

/** Drops what is no file of this build. */
async function dropFormer(): Promise<void> {
  const cache = await files();
  const current = new Set(Object.keys(builtFiles).map(keyOf));
  const former = (await cache.keys()).filter(({ url }) => !current.has(url));
  await Promise.all(former.map((request) => cache.delete(request)));
}

function files(): Promise<Cache> {
  return caches.open(`evenkeel-lab ${scope}`);
}

/** Each revision of a file is kept for itself: pages of a former build go on with theirs until they are closed. */
function keyOf(path: string): string {
  return `${scope}${path}?revision=${builtFiles[path]!.revision}`;
}

function withHeaders(response: Response): Response {
  const { status, statusText } = response;
  const all = new Headers(response.headers);
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  return new Response(response.body, { status, statusText, headers: all });
}
