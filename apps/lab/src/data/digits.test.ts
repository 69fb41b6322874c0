import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { digitFiles } from "../../build/digits.ts";
import { brightNoise } from "../networks/testing.ts";

const data = brightNoise(60, 20);
const files = digitFiles(data);
let asked: string[] = [];

/** A server of these files, a fresh page, and nothing loaded yet. */
async function visit(served: ReadonlyMap<string, Uint8Array | "missing"> = new Map()) {
  vi.resetModules();
  vi.stubGlobal("self", { location: { href: "http://lab.test/assets/worker.js" } });
  vi.stubGlobal("fetch", async (url: URL) => {
    asked.push(url.pathname);
    const name = url.pathname.split("/").at(-1)!;
    const content = served.get(name) ?? files.get(name);
    if (!content || content === "missing") return new Response("", { status: 404 });
    return new Response(content as Uint8Array<ArrayBuffer>);
  });
  return await import("./digits.ts");
}

beforeEach(() => {
  asked = [];
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("the digits beside the page", () => {
  it("are those that were packed", async () => {
    const { loadDigits } = await visit();
    const { train, test } = await loadDigits("mnist", 60);
    expect(train.x).toEqual(data.train.x);
    expect(train.y).toEqual(data.train.y);
    expect(test.x).toEqual(data.test.x);
    expect(test.y).toEqual(data.test.y);
    expect(train.classes).toEqual(data.train.classes);
  });

  it("come as many as are wanted, and at most as there are", async () => {
    const { loadDigits } = await visit();
    expect((await loadDigits("mnist", 25)).train.x.shape).toEqual([25, 28, 28]);
    expect((await loadDigits("mnist", 1000)).train.x.shape).toEqual([60, 28, 28]);
  });

  it("are loaded once, also when they are asked for twice at a time", async () => {
    const { loadDigits } = await visit();
    await Promise.all([loadDigits("mnist", 60), loadDigits("mnist", 60)]);
    expect(asked.filter((path) => path.endsWith("train-0.bin"))).toHaveLength(1);
  });

  it("tell how much has come, up to all of it", async () => {
    const { loadDigits } = await visit();
    const told: [number, number][] = [];
    await loadDigits("mnist", 60, (loaded, total) => told.push([loaded, total]));
    const size = files.get("train-0.bin")!.length + files.get("test-0.bin")!.length;
    expect(told[0]).toEqual([0, size]);
    expect(told.at(-1)).toEqual([size, size]);
    const loaded = told.map(([bytes]) => bytes);
    expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
  });

  it("are refused in plain words when a file is missing, and asked for again the next time", async () => {
    const served = new Map<string, Uint8Array | "missing">([["train-0.bin", "missing"]]);
    const { loadDigits } = await visit(served);
    await expect(loadDigits("mnist", 60)).rejects.toThrow(
      "/data/mnist/train-0.bin could not be loaded: the server says 404.",
    );
    served.clear();
    expect((await loadDigits("mnist", 60)).train.x.shape[0]).toBe(60);
  });

  it.each([
    ["cut off", files.get("train-0.bin")!.slice(0, 500)],
    ["something else", new TextEncoder().encode("<!doctype html>")],
    ["another format", new Uint8Array(gzipSync("no images"))],
  ])("are refused in plain words when a file is %s", async (_, content) => {
    const { loadDigits } = await visit(new Map([["train-0.bin", content]]));
    await expect(loadDigits("mnist", 60)).rejects.toThrow(
      "/data/mnist/train-0.bin came incomplete or damaged.",
    );
  });

  it("say that there is no connection", async () => {
    const { loadDigits } = await visit();
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed")));
    await expect(loadDigits("mnist", 60)).rejects.toThrow("could not be loaded: there is no connection.");
  });
});
