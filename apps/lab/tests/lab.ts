import { existsSync } from "node:fs";
import { source as axe } from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { type Hosting, type LabServer, serveLab } from "./built.ts";

/** How a page is looked at. */
export interface View {
  /** Pixels of CSS. Default 1280. */
  width?: number;
  /** Default 900. */
  height?: number;
  /** Whether the system prefers dark colours. Default false. */
  dark?: boolean;
  /** Whether the system prefers little motion. Default false. */
  reducedMotion?: boolean;
  /** A browser with WebGPU, in software. Default false: one without. */
  webgpu?: boolean;
  /** Whether service workers are let in. Default false. */
  serviceWorkers?: boolean;
  /** Runs in the page at each load, before its own scripts. It is sent there: it can use nothing of the test. */
  before?: () => void;
}

export interface Lab {
  /** Address of the lab, ending in `/`. */
  readonly url: string;
  /** Opens a page of the lab in a browser context of its own, and waits until its content is there. */
  open(hash?: string, view?: View): Promise<Page>;
  /** Lets a problem pass in this test: one whose sentence the pattern is found in. */
  expectProblem(pattern: RegExp): void;
  /** Stops the server, as a connection that is lost. */
  disconnect(): Promise<void>;
}

/** Chromium's arguments for WebGPU without a graphics card. */
const softwareWebGpu = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--ignore-gpu-blocklist",
];

/**
 * Serves the built lab, and opens pages of it in Chromium, for the tests of a file.
 *
 * A test fails, besides by what it expects, when a page reports an error in its console, throws one, cannot load
 * something, or asks anything of another origin.
 */
export function openLab(hosting: Hosting = {}): Lab {
  let server: LabServer;
  const browsers = new Map<boolean, Promise<Browser>>();
  const contexts: BrowserContext[] = [];
  let problems: string[] = [];
  let expected: RegExp[] = [];

  beforeAll(async () => {
    server = await serveLab(hosting);
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
    const unexpected = problems.filter((problem) => !expected.some((pattern) => pattern.test(problem)));
    problems = [];
    expected = [];
    expect(unexpected, "problems that pages had").toEqual([]);
  });
  afterAll(async () => {
    for (const browser of browsers.values()) await (await browser).close();
    await server?.stop();
  });

  const browser = (webgpu: boolean) => {
    const running = browsers.get(webgpu) ?? launch(webgpu ? softwareWebGpu : []);
    browsers.set(webgpu, running);
    return running;
  };

  return {
    get url() {
      return server.url;
    },
    async open(hash = "", view = {}) {
      const { width = 1280, height = 900, dark = false, reducedMotion = false } = view;
      const context = await (await browser(view.webgpu ?? false)).newContext({
        viewport: { width, height },
        colorScheme: dark ? "dark" : "light",
        reducedMotion: reducedMotion ? "reduce" : "no-preference",
        serviceWorkers: view.serviceWorkers ? "allow" : "block",
      });
      contexts.push(context);
      watch(context, new URL(server.url).origin, (problem) => problems.push(problem));
      if (view.before) await context.addInitScript(view.before);
      const page = await context.newPage();
      await page.goto(server.url + hash);
      await contentOf(page);
      return page;
    },
    expectProblem(pattern) {
      expected.push(pattern);
    },
    disconnect: () => server.stop(),
  };
}

/** Waits until the content of the open page is there. */
export async function contentOf(page: Page): Promise<void> {
  await page.locator("main h1").waitFor();
  await page.locator("main .loading").waitFor({ state: "detached" });
}

/** Expects that axe-core finds nothing serious on the page as it is now. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof import("axe-core") }).axe.run(
      document,
      {
        resultTypes: ["violations"],
      },
    );
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
  expect(found, `what axe-core finds on ${page.url()}`).toEqual([]);
}

/** Expects that the page is as wide as the window. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { needed, given, widest } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const scrolls = (element: Element | null): boolean =>
      element !== null &&
      element !== document.body &&
      (getComputedStyle(element).overflowX !== "visible" || scrolls(element.parentElement));
    const wide = [...document.querySelectorAll("body *")].filter(
      (element) => element.getBoundingClientRect().right > clientWidth + 1 && !scrolls(element.parentElement),
    );
    const names = wide.map((element) => `${element.localName}.${element.getAttribute("class") ?? ""}`);
    return { needed: scrollWidth, given: clientWidth, widest: names.slice(0, 3) };
  });
  expect(needed, `${page.url()} is wider than the window: ${widest.join(", ")}`).toBeLessThanOrEqual(given);
}

async function launch(args: readonly string[]): Promise<Browser> {
  const executablePath = process.env.EVENKEEL_CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium at ${executablePath}. Install it (Debian: apt-get install chromium), or name another in EVENKEEL_CHROMIUM.`,
    );
  }
  return await chromium.launch({ executablePath, args: [...args] });
}

function watch(context: BrowserContext, origin: string, report: (problem: string) => void): void {
  context.on("console", (message) => {
    if (message.type() === "error") report(`console: ${message.text()}`);
  });
  context.on("weberror", (error) => report(`page: ${error.error().stack ?? error.error().message}`));
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && !["data:", "blob:"].includes(url.protocol)) {
      report(`asked another origin: ${request.url()}`);
    }
  });
  context.on("response", (response) => {
    if (response.status() >= 400) report(`${response.status()}: ${response.url()}`);
  });
  context.on("requestfailed", (request) => {
    const { errorText = "" } = request.failure() ?? {};
    // A request that the page gave up, or that was under way when it was closed.
    if (errorText !== "net::ERR_ABORTED") report(`not loaded: ${request.url()}: ${errorText}`);
  });
}
