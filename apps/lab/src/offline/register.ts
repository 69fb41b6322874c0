const reloadedBefore = "evenkeel-lab-reloaded";

/** Milliseconds that are waited for the service worker; over a slow connection it keeps the rest at the next visit. */
const patience = 3000;

let control: Promise<void> = Promise.resolve();

/**
 * Has a service worker (worker.ts) keep the lab, so that it opens without a connection. Where the host sends no headers,
 * the page is loaded once more when the service worker has taken over: that one adds them, and WebAssembly gets its
 * threads. A browser that lets no service worker in has the lab as it is.
 */
export function keepOffline(): void {
  if (crossOriginIsolated) forgetReload();
  const workers = navigator.serviceWorker;
  if (!workers || workers.controller) return;
  const taken = new Promise<void>((resolve) => {
    workers.addEventListener("controllerchange", () => reloadForThreads() || resolve(), { once: true });
  });
  control = Promise.race([taken, notTaken(workers)]);
}

/** Waits until the service worker has taken over: it keeps what is loaded from then on. */
export function untilKept(): Promise<void> {
  return control;
}

/** Resolves when the service worker is not to be waited for. */
async function notTaken(workers: ServiceWorkerContainer): Promise<void> {
  try {
    const { active } = await workers.register("./offline.js");
    // It has been passed over for this visit, by a reload that asks for everything anew.
    if (active) return;
  } catch {
    return;
  }
  await new Promise((resolve) => setTimeout(resolve, patience));
}

/**
 * Loads the page once more if that may give it threads; never twice, should it give none.
 *
 * @returns whether it does.
 */
function reloadForThreads(): boolean {
  if (crossOriginIsolated) return false;
  try {
    if (sessionStorage.getItem(reloadedBefore)) return false;
    sessionStorage.setItem(reloadedBefore, "yes");
  } catch {
    return false;
  }
  location.reload();
  return true;
}

function forgetReload(): void {
  try {
    sessionStorage.removeItem(reloadedBefore);
  } catch {
    // Nothing was remembered then.
  }
}
