import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, describe, expect, it } from "vitest";
import { pages } from "../src/pages/index.ts";
import { builtFolder } from "./built.ts";
import { contentOf, openLab } from "./lab.ts";
import { computesOn, isolatedWebAssembly, small, train } from "./training.ts";

/** Waits until the service worker answers for the page. */
async function taken(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

/** Files that are kept, by what is behind the lab's address. */
async function keptFiles(page: Page): Promise<string[]> {
  return await page.evaluate(async () => {
    const caches = await globalThis.caches.keys();
    const lists = await Promise.all(caches.map(async (name) => (await globalThis.caches.open(name)).keys()));
    return lists.flat().map(({ url }) => url.slice(new URL(".", location.href).href.length));
  });
}

describe("on a server that sends the lab's headers", () => {
  const lab = openLab();

  it("opens every page without a connection, once it has been loaded", async () => {
    lab.expectProblem(/index\.html: net::ERR_INTERNET_DISCONNECTED/);
    const page = await lab.open("", { serviceWorkers: true });
    await taken(page);
    for (const { path } of pages) {
      await page.goto(`${lab.url}#/${path}`);
      await page.reload({ waitUntil: "networkidle" });
    }
    await lab.disconnect();
    await page.context().setOffline(true);
    await page.reload();
    for (const { path, title } of pages) {
      await page.goto(`${lab.url}#/${path}`);
      await page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
      await contentOf(page);
    }
  });
});

describe("training without a connection", () => {
  const lab = openLab();

  it("goes on where it has been used before", async () => {
    lab.expectProblem(/index\.html: net::ERR_INTERNET_DISCONNECTED/);
    const page = await lab.open(`#/train?${small}&device=wasm`, { serviceWorkers: true });
    await train(page, 5);
    await expect.poll(() => keptFiles(page)).toContainEqual(expect.stringMatching(/\.wasm\?/));
    await lab.disconnect();
    await page.context().setOffline(true);
    await page.reload();
    await contentOf(page);
    expect((await computesOn(page)).device).toBe(await isolatedWebAssembly(page));
    await train(page, 5);
  });
});

describe("on a host of static files that sends no headers", () => {
  const lab = openLab({ folder: "/pages/evenkeel/", withHeaders: false });

  it("is loaded once more, and may have threads then", async () => {
    const page = await lab.open(`#/train?${small}&device=wasm`, { serviceWorkers: true });
    await page.waitForFunction(() => crossOriginIsolated);
    await contentOf(page);
    expect(page.url()).toBe(`${lab.url}#/train?${small}&device=wasm`);
    expect((await computesOn(page)).device).toBe(await isolatedWebAssembly(page));
    await train(page, 5);
  });

  it("is not loaded over and over where a service worker takes over at each load and gives no threads", async () => {
    const page = await lab.open("#/train", {
      before: () => {
        if (location.protocol === "about:") return;
        sessionStorage.loads = Number(sessionStorage.loads ?? 0) + 1;
        const { serviceWorker } = navigator;
        serviceWorker.register = async () => {
          setTimeout(() => {
            serviceWorker.dispatchEvent(new Event("controllerchange"));
            sessionStorage.taken = Number(sessionStorage.taken ?? 0) + 1;
          });
          return { active: null } as ServiceWorkerRegistration;
        };
      },
    });
    const count = (name: string) => page.evaluate((key) => sessionStorage[key], name).catch(() => "loading");
    await expect.poll(() => count("taken")).toBe("2");
    await page.getByRole("navigation").getByRole("link").first().click();
    await contentOf(page);
    expect(await count("loads")).toBe("2");
  });
});

describe("a new build", () => {
  const build = mkdtempSync(join(tmpdir(), "evenkeel-lab-"));
  cpSync(builtFolder(), build, { recursive: true });
  afterAll(() => rmSync(build, { recursive: true }));
  const lab = openLab({ build });
  const rewrite = (file: string, change: (text: string) => string) => {
    const path = join(build, file);
    writeFileSync(path, change(readFileSync(path, "utf8")));
  };

  it("is shown at the next visit, and the former one's files are dropped when nobody uses them", async () => {
    const page = await lab.open("", { serviceWorkers: true });
    await taken(page);
    const before = await keptFiles(page);
    expect(before).toContainEqual(expect.stringMatching(/^icon\.svg\?revision=/));

    rewrite("index.html", (text) => text.replace("<title>", "<title>New "));
    rewrite("offline.js", (text) => text.replace(/("icon\.svg":\{"revision":")\w+/, "$1new"));
    await page.reload();
    await contentOf(page);
    expect(await page.evaluate(async () => await (await fetch("./index.html")).text())).toContain(
      "<title>New ",
    );
    await expect
      .poll(() => keptFiles(page), { timeout: 20_000 })
      .toEqual(expect.arrayContaining([...before, "icon.svg?revision=new"]));

    const context = page.context();
    await page.close();
    const visit = async () => {
      const next = await context.newPage();
      await next.goto(lab.url);
      const files = await keptFiles(next);
      await next.close();
      return files.filter((file) => file.startsWith("icon.svg"));
    };
    await expect.poll(visit, { timeout: 30_000, interval: 500 }).toEqual(["icon.svg?revision=new"]);
  });
});
