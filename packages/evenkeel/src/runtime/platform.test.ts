import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { chooseRuntime, RuntimeError, webRuntime } from "./index.js";
import { webRuntime as inBrowser } from "./web.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

it("in Node the runtimes of browsers name Node's", async () => {
  expect(() => webRuntime()).toThrow(RuntimeError);
  expect(() => webRuntime()).toThrow("webRuntime is for browsers. In Node use nodeRuntime(");
  await expect(chooseRuntime()).rejects.toThrow("chooseRuntime is for browsers. In Node use nodeRuntime(");
});

it("every module that browsers have another of is named in package.json", () => {
  const { browser } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const others = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".browser.ts"))
    .map((path) => path.replaceAll("\\", "/").replace(/\.browser\.ts$/, ""));
  expect(others.length).toBeGreaterThan(0);
  for (const path of others) {
    expect(existsSync(join(root, "src", `${path}.ts`)), `${path}.ts`).toBe(true);
    expect(browser[`./dist/${path}.js`]).toBe(`./dist/${path}.browser.js`);
  }
  const own = Object.keys(browser).filter((path) => path.startsWith("./"));
  expect(own).toHaveLength(others.length);
});

it.each([
  [{ device: "webgl" }, 'A browser has the devices "wasm" and "webgpu", got "webgl".'],
  [{ device: "webgpu" }, /^There is no WebGPU here: .* "wasm" always works\.$/],
  [{ threads: 0 }, "threads must be a whole number of at least 1, got 0."],
  [{ threads: 4 }, /^4 threads need a page that is cross-origin isolated: /],
  [{ numThreads: 4 }, /no option "numThreads"/],
])("a browser's runtime refuses %o, saying what it takes", (options, message) => {
  expect(() => inBrowser(options as never)).toThrow(message);
});
