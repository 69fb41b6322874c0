import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { layers, loadCheckpoint, nodeRuntime, sequential } from "evenkeel";
import type { Browser } from "playwright-core";
import { build, createLogger, createServer, type Logger } from "vite";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startChromium } from "../testing/browser/chromium.js";
import { type Trained, type tasks, trained } from "../testing/browser/page/tasks.js";
import { isolation, pageFolder, type SiteFile, serve } from "../testing/browser/site.js";
import { perceptron as makePerceptron, residual as makeResidual, stripes } from "../testing/stripes.js";
import { temporaryFolder } from "../testing/temporary-folder.js";

type Tasks = typeof tasks;

const cpu = nodeRuntime({ threads: 1 });
const folder = temporaryFolder();
const onnxruntimeWeb = dirname(createRequire(import.meta.url).resolve("onnxruntime-web/wasm"));
/** No more than a page of Evenkeel's needs. */
const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src data:";
/** What the bundler had to say. */
const warnings: string[] = [];
let browser: Browser;
let isolated: string;
let plain: string;
/** What a perceptron does in Node. */
let perceptron: Trained;

beforeAll(async () => {
  await build({
    configFile: false,
    root: pageFolder,
    base: "./",
    logLevel: "warn",
    customLogger: collecting(warnings),
    worker: { format: "es" },
    build: {
      reportCompressedSize: false,
      outDir: join(folder, "built"),
      emptyOutDir: true,
      chunkSizeWarningLimit: 1e6,
    },
  });
  const headers = { ...isolation, "content-security-policy": policy };
  isolated = await serve(join(folder, "built"), headers, await siteFiles());
  plain = await serve(join(folder, "built"), {}, await siteFiles());
  browser = await startChromium();
  perceptron = await trained(makePerceptron, cpu);
});
afterAll(() => browser?.close());

/** What pages complained of, what else they said, and what they asked for, since the test began. */
const [complaints, said, requests]: [string[], string[], string[]] = [[], [], []];
afterEach(() => {
  for (const list of [complaints, said, requests]) list.length = 0;
});

/** Runs a task in a page of the site; what it returned. */
async function outcomeOf<Task extends keyof Tasks>(
  site: string,
  task: Task,
  options: Parameters<Tasks[Task]>[0] = {} as never,
): Promise<Awaited<ReturnType<Tasks[Task]>>> {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.on("console", (message) => {
    const list = ["error", "warning"].includes(message.type()) ? complaints : said;
    list.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  try {
    await page.goto(`${site}?task=${task}&options=${encodeURIComponent(JSON.stringify(options))}`);
    const handle = await page.waitForFunction(() => (window as { outcome?: unknown }).outcome, undefined, {
      timeout: 200_000,
    });
    const outcome = (await handle.jsonValue()) as Awaited<ReturnType<Tasks[Task]>> & { error?: string };
    if (outcome.error) throw new Error(`${task} failed: ${outcome.error}`);
    return outcome;
  } finally {
    await context.close();
  }
}

function expectAlike(found: readonly number[], wanted: readonly number[], tolerance: number): void {
  expect(found).toHaveLength(wanted.length);
  for (const [index, value] of wanted.entries()) {
    const difference = Math.abs(found[index]! - value) / Math.max(Math.abs(value), 1e-2);
    expect(difference, `value ${index}: ${found[index]}, expected ${value}`).toBeLessThan(tolerance);
  }
}

describe.each([
  ["WebAssembly with two threads", { device: "wasm", threads: 2 }, () => isolated, 1e-4, 100],
  ["WebAssembly in a page without isolation", { device: "wasm" }, () => plain, 1e-4, 100],
  // In software, a convolution on WebGPU takes its time.
  ["WebGPU", { device: "webgpu" }, () => isolated, 1e-2, 25],
] as const)("on %s", (_, options, site, tolerance, residualSteps) => {
  it("networks train as in Node on the CPU", async () => {
    const residualEpochs = residualSteps / 25;
    const found = await outcomeOf(site(), "train", { ...options, residualEpochs });
    expect(found).toMatchObject({
      name: "onnxruntime-web 1.30.0",
      device: options.device === "wasm" ? "cpu" : "webgpu",
      threads: "threads" in options ? options.threads : 1,
      isolated: site() === isolated,
    });
    expect(perceptron.losses[99]!).toBeLessThan(0.7 * perceptron.losses[0]!);
    const residual = await trained(makeResidual, cpu, residualEpochs);
    expect(residual.losses).toHaveLength(residualSteps);
    for (const [network, inNode] of Object.entries({ perceptron, residual })) {
      const inPage = found[network as "perceptron" | "residual"];
      expectAlike(inPage.losses, inNode.losses, tolerance);
      expectAlike(inPage.predictions, inNode.predictions, 20 * tolerance);
    }
    expect(complaints).toEqual([]);
  });

  it("models are kept as bytes, disposed of, set back, and their bad numbers found", async () => {
    const { forNode, notFinite, exploded, ...facts } = await outcomeOf(site(), "life", options);
    expect(facts).toEqual({
      moved: true,
      fromBytes: true,
      afterDisposal: true,
      resumedAlike: true,
      setBack: true,
      finiteStill: true,
    });
    const inNode = await loadCheckpoint(Uint8Array.from(forNode.checkpoint), { runtime: cpu });
    expectAlike(Array.from((await inNode.predict(stripes(64).x)).data), forNode.predictions, tolerance);
    expect(notFinite).toMatch(/^NonFiniteLossError: .*in the weight "last\/bias"/);
    expect(exploded).toMatch(/^NonFiniteLossError: The loss became (NaN|infinite) at step 2 \(epoch 1\): /);
    expect(complaints).toEqual([]);
  });
});

it("on WebGPU the state stays on the device between steps", async () => {
  const { inSteps, forWeights } = await outcomeOf(isolated, "fromDevice");
  // The first kernel, float32 [64, 32].
  const kernel = 4 * 64 * 32;
  expect(inSteps).toBeLessThan(kernel);
  expect(forWeights).toBeGreaterThanOrEqual(kernel);
  expect(complaints).toEqual([]);
});

describe("a page", () => {
  it("is bundled without a warning, such as of a module that needs Node", () => {
    expect(warnings).toEqual([]);
  });

  it("uses WebAssembly where a model names no runtime, with a thread for each core but one if it may", async () => {
    const alone = await outcomeOf(plain, "defaults");
    expect(alone).toEqual({ predictions: [3], name: "onnxruntime-web 1.30.0", device: "cpu", threads: 1 });
    // What callbacks.progress shows where there is no terminal.
    expect(said).toEqual([
      expect.stringMatching(/^epoch 1\/2 {2}.* loss 0\.000/),
      expect.stringMatching(/^epoch 2/),
    ]);
    const { threads } = await outcomeOf(isolated, "defaults");
    expect(threads).toBe(Math.max(1, Math.min(4, availableParallelism() - 1)));
    expect(complaints).toEqual([]);
  });

  it("chooses WebGPU only on a graphics card, and says why not", async () => {
    const software = await outcomeOf(plain, "choose");
    expect(software).toMatchObject({ device: "cpu", whyNotWebGpu: expect.stringMatching(/in software/) });
    const card = await outcomeOf(plain, "choose", { hardware: true });
    expect(card.whyNotWebGpu).toBeUndefined();
    expect(card.device).toBe("webgpu");
    expect(complaints).toEqual([]);
  });

  it("has one number of threads, which the first program settles", async () => {
    const { threads, errors } = await outcomeOf(isolated, "settled");
    expect(threads).toEqual([2, 2, 2]);
    expect(errors[0]).toMatch(/^RuntimeError: There are 2 threads, not 1, since .* Use a new worker/);
    expect(errors[1]).toMatch(/^RuntimeError: wasmPaths is not set since /);
    expect(errors[2]).toMatch(/^RuntimeError: .*There are 2 threads, not 1/);
  });

  it("can stop a training by a message", async () => {
    expect(await outcomeOf(plain, "stop")).toEqual({ stopped: "aborted" });
  });

  it("fetches the .wasm file from where wasmPaths says", async () => {
    await outcomeOf(plain, "train", { wasmPaths: `${plain}elsewhere` });
    expect(requests.filter((url) => url.endsWith(".wasm"))).toEqual([
      `${plain}elsewhere/ort-wasm-simd-threaded.wasm`,
    ]);
    expect(complaints).toEqual([]);
  });

  it("reads data sets, tables and models from addresses", async () => {
    expect(await outcomeOf(plain, "read", { base: `${plain}data/` })).toEqual({
      shapes: [
        [3, 28, 28],
        [2, 28, 28],
        [3, 28, 28],
        [2, 28, 28],
      ],
      labels: [
        [7, 8, 9],
        [0, 1],
        [7, 8, 9],
        [7, 8, 9],
      ],
      table: ["table.csv", [1, 3]],
      predictions: [3],
    });
    expect(complaints).toEqual([]);
  });

  it("says of what it does not have what to use in its place", async () => {
    const messages = await outcomeOf(plain, "refusals", { base: `${plain}data/` });
    expect(messages.map((message) => message.replaceAll(plain, "/"))).toEqual([
      "RuntimeError: nodeRuntime is for Node. In a browser use webRuntime({ device, threads }) or chooseRuntime().",
      expect.stringMatching(/^RuntimeError: 2 threads need a page that is cross-origin isolated: .*Embedder/),
      expect.stringMatching(
        /^Error: Cannot write "model.checkpoint": a page has no files\. .*toCheckpoint\(\)/,
      ),
      expect.stringMatching(/^Error: Cannot write the log "log.csv": a page has no files\. .*onEpochEnd/),
      'Error: MNIST: in a page, say where its files are served: { folder: "https://…/mnist" }, got undefined.',
      expect.stringMatching(
        /^Error: .*train-images-idx3-ubyte gave a web page: there is probably no such file/,
      ),
      expect.stringMatching(/^Error: fetchDataset\("mnist"\): a page has no folder to fetch into\./),
      expect.stringMatching(/none\.csv gave a web page: there is probably no such file/),
      expect.stringMatching(/^Error: Cannot read the model: .* cannot be fetched .*CORS/),
      expect.stringMatching(/^Error: Cannot load the model from its bytes: it is not an ONNX model/),
    ]);
  });

  it("that Vite serves in development trains too", async () => {
    const server = await createServer({
      configFile: false,
      root: pageFolder,
      cacheDir: join(folder, "development"),
      logLevel: "silent",
      server: { port: 0, headers: isolation },
    });
    try {
      await server.listen();
      const found = await outcomeOf(server.resolvedUrls!.local[0]!, "train", { threads: 2 });
      expectAlike(found.perceptron.losses, perceptron.losses, 1e-4);
    } finally {
      await server.close();
    }
  });
});

function collecting(messages: string[]): Logger {
  const note = (message: string) => void messages.push(message);
  return { ...createLogger("silent"), warn: note, warnOnce: note, error: note };
}

/** Small data sets in MNIST's format: packed, unpacked by the browser, and not packed; and other files. */
async function siteFiles(): Promise<Map<string, SiteFile>> {
  const idx = (content: Uint8Array, ...shape: number[]) =>
    Uint8Array.from([0, 0, 8, shape.length, ...shape.flatMap((size) => [0, 0, 0, size]), ...content]);
  const files = {
    "train-images-idx3-ubyte": idx(new Uint8Array(3 * 28 * 28), 3, 28, 28),
    "train-labels-idx1-ubyte": idx(Uint8Array.of(7, 8, 9), 3),
    "t10k-images-idx3-ubyte": idx(new Uint8Array(2 * 28 * 28), 2, 28, 28),
    "t10k-labels-idx1-ubyte": idx(Uint8Array.of(0, 1), 2),
  };
  const site = new Map<string, SiteFile>();
  for (const [name, content] of Object.entries(files)) {
    site.set(`/data/packed/${name}.gz`, { content: gzipSync(content) });
    const headers = { "content-encoding": "gzip" };
    site.set(`/data/decoded/${name}.gz`, { content: gzipSync(content), headers });
    site.set(`/data/plain/${name}`, { content });
  }
  site.set("/data/table.csv", { content: "a,b\n1,2\n3,4\n" });
  const sum = sequential([layers.dense({ units: 1, inputShape: [2], kernelInitializer: "ones" })]);
  site.set("/data/model.onnx", { content: await sum.toOnnx() });
  const wasm = "ort-wasm-simd-threaded.wasm";
  const headers = { "content-type": "application/wasm" };
  site.set(`/elsewhere/${wasm}`, { content: readFileSync(join(onnxruntimeWeb, wasm)), headers });
  return site;
}
