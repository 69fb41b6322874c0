import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Circumstances, type Ended, evenkeel } from "./testing/evenkeel.js";

const folder = mkdtempSync(join(tmpdir(), "evenkeel-cli-"));
const out = join(folder, "runs");
const tiny = ["--examples", "1000", "--epochs", "2", "--seeds", "1", "--target", "0.8", "--out", out];

function compare(args: readonly string[], during?: Circumstances["during"]) {
  return evenkeel(["compare", ...args], { cwd: folder, during });
}

const read = (...path: string[]) => readFileSync(join(out, ...path), "utf8");
const jsonLines = (name: string) =>
  read(name, "metrics.jsonl")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

afterAll(() => rmSync(folder, { recursive: true }));

describe("evenkeel compare", () => {
  let ended: Ended;
  beforeAll(async () => {
    ended = await compare([...tiny, "--name", "first"]);
  }, 60_000);

  it("prints plain lines, the table and what it found", () => {
    expect(ended.stderr).toBe("");
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/before activation +seed 1 +epoch 2\/2 +loss \d\.\d+ +train .* %/);
    expect(ended.stdout).toMatch(/before, no bias .*267,010/);
    expect(ended.stdout).toMatch(/Time +Each epoch took [\d.]+ times as long/);
    expect(ended.stdout.trimEnd()).toMatch(/Report: .*report\.html$/);
    expect(ended.stdout).not.toContain("\u001b");
  });

  it("writes the run's folder", () => {
    expect(readdirSync(join(out, "first")).sort()).toEqual([
      "config.json",
      "metrics.jsonl",
      "models",
      "report.html",
      "results.json",
    ]);
    expect(readdirSync(join(out, "first", "models")).sort()).toEqual(
      ["after", "before-no-bias", "before", "input", "none", "raw"].map((name) => `${name}.onnx`),
    );
    const config = JSON.parse(read("first", "config.json"));
    expect(config.versions.runtime).toMatch(/^onnxruntime-node \d/);
    expect(config.command).toContain("--examples 1000");
    const lines = jsonLines("first");
    const before = lines.filter(({ variant }) => variant === "before");
    expect(before.filter(({ kind }) => kind === "step")).toHaveLength(16);
    expect(before.filter(({ kind }) => kind === "epoch")).toHaveLength(2);
    expect(before.filter(({ kind }) => kind === "probe")).toHaveLength(17);
    expect(before.at(-1)).toEqual({
      kind: "end",
      variant: "before",
      learningRate: 0.1,
      seed: 1,
      outcome: "finished",
    });
    const results = JSON.parse(read("first", "results.json"));
    expect(results.status).toBe("finished");
    const none = results.arms.find(({ variant }: { variant: string }) => variant === "none");
    expect(none.parameters).toEqual({ trainable: 266_610, nonTrainable: 0 });
  });

  it("gives all variants the same start: without batch norm in between, the first steps agree", () => {
    const firstLoss = (name: string) =>
      jsonLines("first").find(({ kind, variant, step }) => kind === "step" && variant === name && step === 1)
        .loss;
    expect(firstLoss("before")).toBeCloseTo(firstLoss("before-no-bias"), 5);
  });

  it("writes a report that is whole and needs nothing else", () => {
    const html = read("first", "report.html");
    expect(html).toMatch(/^<!doctype html>/);
    expect(html.match(/<figcaption>/g)).toHaveLength(6);
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(|src=|href=/i);
    expect(html.replaceAll(/http:\/\/www\.w3\.org\/[\w/]+/g, "")).not.toMatch(/https?:/);
    expect(html).not.toMatch(/NaN,|undefined|Infinity/);
    for (const tag of ["svg", "figure", "div", "table", "tr", "ul", "li", "dl", "main", "g"]) {
      const opened = html.match(new RegExp(`<${tag}[ >]`, "g"))?.length;
      expect(html.match(new RegExp(`</${tag}>`, "g"))?.length, tag).toBe(opened);
    }
  });

  it("does not write over a run, unless told to", async () => {
    const before = read("first", "results.json");
    const refused = await compare([...tiny, "--name", "first"]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/first exists already. Give another --name, or --force to replace it/);
    expect(read("first", "results.json")).toBe(before);
  });

  it("never clears a folder that holds something else", async () => {
    mkdirSync(join(out, "mine"), { recursive: true });
    writeFileSync(join(out, "mine", "thesis.txt"), "years of work");
    const refused = await compare([...tiny, "--name", "mine", "--force"]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("thesis.txt");
    expect(read("mine", "thesis.txt")).toBe("years of work");
  });

  it("prints one JSON document with --json, and the progress elsewhere", async () => {
    const two = ["--variants", "none,before", "--no-report", "--json", "--name", "json"];
    const { code, stdout, stderr } = await compare([...tiny, ...two]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).arms).toHaveLength(2);
    expect(stderr).toMatch(/no batch norm +seed 1 +epoch 1\/2/);
    expect(existsSync(join(out, "json", "report.html"))).toBe(false);
  });

  it("reports trainings that all diverged, and keeps none of their networks", async () => {
    const wild = ["--variants", "none,raw", "--learning-rate", "1000", "--name", "wild"];
    const { code, stdout } = await compare([...tiny, ...wild]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/raw pixels +seed 1 +diverged: the loss became/);
    expect(read("wild", "report.html")).toContain("diverged with 1 of 1 seeds");
    expect(readdirSync(join(out, "wild", "models"))).toEqual([]);
  });

  it("refuses mistakes before anything is written", async () => {
    const mistakes = [
      [["--variants", "none,befor", "--name", "bad"], /knows no "befor". There are: none, after/],
      [["--name", "../bad"], /--name must be a folder's name/],
      [["--device", "abacus", "--name", "bad"], /no execution provider "abacus"/],
    ] as const;
    const refused = await Promise.all(mistakes.map(([args]) => compare([...tiny, ...args])));
    for (const [index, { code, stderr, stdout }] of refused.entries()) {
      expect(stderr).toMatch(mistakes[index]![1]);
      expect(stdout).toBe("");
      expect(code).toBe(2);
    }
    expect(existsSync(join(out, "bad"))).toBe(false);
  });

  it("refuses what it can't even parse in the same way", async () => {
    const mistakes = [
      [["compare", "--epoch", "3"], /^evenkeel: unknown option '--epoch'\n\(Did you mean --epochs\?\)/],
      [["compare", "foo"], /^evenkeel: too many arguments/],
      [["compre"], /^evenkeel: unknown command 'compre'\n\(Did you mean compare\?\)/],
    ] as const;
    const refused = await Promise.all(mistakes.map(([args]) => evenkeel(args, { cwd: folder })));
    for (const [index, { code, stderr }] of refused.entries()) {
      expect(stderr).toMatch(mistakes[index]![1]);
      expect(code).toBe(2);
    }
    expect((await evenkeel(["--version"], { cwd: folder })).code).toBe(0);
    expect((await compare(["--help"])).code).toBe(0);
  });

  it("refuses a file where folders should be made", async () => {
    const file = join(folder, "notes.txt");
    writeFileSync(file, "mine");
    const { code, stderr } = await compare([...tiny, "--out", file, "--name", "new"]);
    expect(stderr).toMatch(/notes\.txt is a file, not a folder/);
    expect(code).toBe(2);
  });

  it("leaves no folder of a comparison that can't be trained, and keeps the one it should replace", async () => {
    const brief = ["--variants", "none", "--no-report", "--quiet"];
    await compare([...tiny, ...brief, "--name", "kept"]);
    const kept = read("kept", "config.json");
    // Whether this machine has a CUDA device or not: there is a folder if, and only if, it could be trained.
    const device = [...tiny, ...brief, "--device", "cuda"];
    const fresh = await compare([...device, "--name", "cuda"]);
    expect(existsSync(join(out, "cuda"))).toBe(fresh.code === 0);
    const forced = await compare([...device, "--name", "kept", "--force"]);
    expect(read("kept", "config.json") === kept).toBe(forced.code !== 0);
  });

  it("stops at Ctrl-C with what is finished, and code 130", async () => {
    let asked = false;
    const long = ["--epochs", "2", "--variants", "none,before", "--seeds", "900", "--name", "cut"];
    const { code, stdout } = await compare([...tiny, ...long], (child, soFar) => {
      if (asked || !/before activation +seed 2 +epoch 2/.test(soFar)) return;
      asked = true;
      child.kill("SIGINT");
    });
    expect(code).toBe(130);
    expect(stdout).toMatch(/Stopping\. Ctrl-C again ends at once/);
    expect(stdout).toMatch(/Interrupted: \d+ of 1800 trainings were finished/);
    const results = JSON.parse(read("cut", "results.json"));
    expect(results.status).toBe("interrupted");
    expect(results.arms).toHaveLength(2);
    expect(jsonLines("cut").length).toBeGreaterThan(60);
    expect(read("cut", "report.html")).toContain("Interrupted after");
  });
});
