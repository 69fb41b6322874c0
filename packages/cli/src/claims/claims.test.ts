import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Claim, claims } from "evenkeel-experiments";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Circumstances, type Ended, evenkeel } from "../testing/evenkeel.js";
import type { ClaimResults } from "./results.js";

const folder = mkdtempSync(join(tmpdir(), "evenkeel-claims-"));
const out = join(folder, "claims");
const empty = join(folder, "empty");
mkdirSync(empty);
afterAll(() => rmSync(folder, { recursive: true }));

function testClaim(args: readonly string[], circumstances: Partial<Circumstances> = {}) {
  return evenkeel(["test-claim", ...args], { cwd: folder, ...circumstances });
}

const results = (inside = out): ClaimResults =>
  JSON.parse(readFileSync(join(inside, "results.json"), "utf8"));
const keptRuns = () => readdirSync(join(out, "results")).filter((file) => file.endsWith(".json"));
const isIdentity = ({ measures }: Claim) =>
  Object.values(measures).every(({ rule }) => rule === undefined || rule.type === "exact");

describe("evenkeel test-claim all --size smoke", () => {
  const all = ["all", "--size", "smoke", "--out", out, "--jobs", "2"];
  let dry: Ended;
  let cut: Ended;
  let keptAfterCut: string[];
  let whole: Ended;
  beforeAll(async () => {
    dry = await testClaim([...all, "--dry-run"]);
    expect(existsSync(out)).toBe(false);
    let asked = false;
    cut = await testClaim(all, {
      during(child, soFar) {
        if (asked || !/^ *9\/\d+ /m.test(soFar)) return;
        asked = true;
        child.kill("SIGINT");
      },
    });
    keptAfterCut = keptRuns();
    whole = await testClaim(all);
  }, 400_000);

  it("says what it would run, and writes nothing", () => {
    expect(dry.code).toBe(0);
    for (const { id } of claims) expect(dry.stdout).toContain(id);
    expect(dry.stdout).toMatch(/\d+ runs would be done at size smoke: about .* with 2 jobs\.\n$/);
  });

  it("stops at Ctrl-C with code 130, and keeps what is finished", () => {
    expect(cut.code).toBe(130);
    expect(cut.stdout).toMatch(
      /Stopping\. Ctrl-C again ends at once\.[\s\S]*Interrupted\. What is finished is kept/,
    );
    expect(keptAfterCut.length).toBeGreaterThanOrEqual(9);
    expect(keptAfterCut.length).toBe(cut.stdout.match(/^ *\d+\/\d+ /gm)?.length);
    expect(cut.stdout).not.toContain("Written:");
  });

  it("goes on from there, and gives every claim a verdict", () => {
    expect(whole.stderr).toBe("");
    expect(whole.code).toBe(0);
    const planned = Number(/1\/(\d+) /.exec(cut.stdout)![1]);
    expect(whole.stdout).toMatch(new RegExp(`^ *1/${planned - keptAfterCut.length} `, "m"));
    expect(keptRuns()).toHaveLength(planned);
    expect(results().claims.map(({ id }) => id)).toEqual(claims.map(({ id }) => id));
    expect(results().claims.filter(({ error }) => error !== undefined)).toEqual([]);
  });

  it("confirms all identities", () => {
    const identities = claims.filter(isIdentity).map(({ id }) => id);
    expect(identities.length).toBeGreaterThan(5);
    const verdicts = results().claims.filter(({ id }) => (identities as string[]).includes(id));
    expect(verdicts.filter(({ verdict }) => verdict !== "confirmed")).toEqual([]);
  });

  it("writes a report and a ledger of all claims", () => {
    const html = readFileSync(join(out, "report.html"), "utf8");
    const ledger = readFileSync(join(out, "ledger.md"), "utf8");
    for (const { id } of claims) {
      expect(html).toContain(`id="${id}"`);
      expect(ledger).toContain(`| ${id} |`);
    }
    const data = ["ledger", ...claims.map(({ id }) => id)].map((name) => `${name}.json`);
    expect(readdirSync(join(out, "data")).sort()).toEqual(data.sort());
    expect(html).toContain("npx evenkeel-cli test-claim all --size smoke");
    expect(whole.stdout).toMatch(/Written: .*report\.html, .*ledger\.md, .*data, .*results\.json\n$/);
    expect(readdirSync(out).sort()).toEqual(["data", "ledger.md", "report.html", "results", "results.json"]);
  });

  it("does nothing again, and gives the same verdicts", async () => {
    const before = results();
    const times = () => keptRuns().map((file) => statSync(join(out, "results", file)).mtimeMs);
    const written = times();
    const { code, stdout } = await testClaim(all);
    expect(code).toBe(0);
    expect(stdout).toMatch(/All \d+ runs were there already\./);
    expect(stdout).not.toMatch(/^ *\d+\/\d+ /m);
    expect(times()).toEqual(written);
    expect(results().claims).toEqual(before.claims);
  });
});

describe("evenkeel test-claim", () => {
  it("fails the claims whose runs fail, with code 1, and tests the others", async () => {
    const damaged = join(folder, "mnist");
    mkdirSync(damaged);
    for (const kind of ["train", "t10k"]) {
      writeFileSync(join(damaged, `${kind}-images-idx3-ubyte`), "no images");
      writeFileSync(join(damaged, `${kind}-labels-idx1-ubyte`), "no labels");
    }
    const inside = join(folder, "failing");
    const two = ["IS15-1", "IS15-8", "--size", "smoke", "--seeds", "1", "--out", inside];
    const { code, stdout } = await testClaim(two, { env: { EVENKEEL_MNIST: damaged } });
    expect(code).toBe(1);
    expect(stdout).toMatch(/IS15-8 failed: IS15-8 \w+, seed 1: .*not an IDX file/);
    expect(stdout).toContain("2 claims: 1 confirmed, 0 refuted, 0 undecided and 1 failed.");
    const [exact, failed] = results(inside).claims;
    expect(exact).toMatchObject({ id: "IS15-1", verdict: "confirmed", seeds: [1] });
    expect(failed!.verdict).toBeUndefined();
    expect(readFileSync(join(inside, "report.html"), "utf8")).toContain("IS15-8");
  });

  it("does again the run whose file is damaged, and says so", async () => {
    const inside = join(folder, "damaged");
    const one = ["IS15-1", "--size", "smoke", "--seeds", "4,", "--out", inside, "--no-report"];
    await testClaim(one);
    const [file] = readdirSync(join(inside, "results"));
    const path = join(inside, "results", file!);
    const content = readFileSync(path, "utf8");
    writeFileSync(path, content.slice(0, 100));
    const { code, stdout, stderr } = await testClaim(one);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^evenkeel: .*\.json is damaged .*; its run is done again\.\n$/);
    expect(stdout).toMatch(/1\/1 +IS15-1/);
    expect(JSON.parse(readFileSync(path, "utf8")).result).toEqual(JSON.parse(content).result);
    expect(readdirSync(inside).sort()).toEqual(["results", "results.json"]);
  });

  it("keeps the results when the report cannot be written, with code 1", async () => {
    const inside = join(folder, "no-report");
    mkdirSync(join(inside, "report.html"), { recursive: true });
    const one = ["IS15-1", "--size", "smoke", "--seeds", "1", "--out", inside];
    const { code, stdout, stderr } = await testClaim(one);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^evenkeel: .*report\.html was not written: Cannot write .*\n$/);
    expect(stdout).toMatch(/Written: .*ledger\.md, .*data, .*results\.json\n$/);
    expect(results(inside).claims).toMatchObject([{ id: "IS15-1", verdict: "confirmed" }]);
  });

  it("prints one JSON document with --json, and the progress elsewhere", async () => {
    const inside = join(folder, "json");
    const one = ["is15-1", "--size", "smoke", "--seeds", "1", "--out", inside, "--json"];
    const { code, stdout, stderr } = await testClaim(one);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).claims).toMatchObject([{ id: "IS15-1", size: "smoke", seeds: [1] }]);
    expect(stderr).toMatch(/1\/1 +IS15-1/);
  });

  it("refuses mistakes, and data that is not there, before anything is written", async () => {
    const inside = join(folder, "refused");
    const mistakes = [
      [["IS15-8", "--size", "labtop"], /--size knows no "labtop".* Did you mean laptop\?/],
      [["IS15-99"], /There is no claim "IS15-99"\. Ioffe & Szegedy 2015 has IS15-1, /],
      [["IS15-8", "--seeds", "0"], /--seeds must be a whole number from 1 to 1000, got "0"/],
      [["IS15-8", "--jobs", "many"], /--jobs must be a whole number from 1 to 1024, got "many"/],
      [
        ["BJ18", "--size", "laptop"],
        /^evenkeel: BJ18-\d.* CIFAR-10, which is not on this machine\. Get it with "npx evenkeel-cli data fetch cifar10", or say where it is: EVENKEEL_CIFAR10\.\n$/,
      ],
    ] as const;
    const circumstances = { env: { EVENKEEL_CIFAR10: empty } };
    for (const [args, message] of mistakes) {
      const { code, stdout, stderr } = await testClaim([...args, "--out", inside], circumstances);
      expect(stderr).toMatch(message);
      expect(stdout).toBe("");
      expect(code).toBe(2);
    }
    expect(existsSync(inside)).toBe(false);
  });
});

describe("evenkeel claims", () => {
  it("lists the claims under their works", async () => {
    const { code, stdout } = await evenkeel(["claims"], { cwd: folder });
    expect(code).toBe(0);
    for (const { id } of claims) expect(stdout).toMatch(new RegExp(`^ +${id} +`, "m"));
    expect(stdout).toMatch(/^IS15 +Ioffe & Szegedy 2015$/m);
  });

  it("prints those that are asked for as JSON", async () => {
    const { stdout } = await evenkeel(["claims", "BJ18", "IS15-8", "--json"], { cwd: folder });
    const listed: { id: string; statement: string; citation: string }[] = JSON.parse(stdout);
    const meant = claims.filter(({ id }) => id.startsWith("BJ18-") || id === "IS15-8");
    expect(listed.map(({ id }) => id)).toEqual(meant.map(({ id }) => id));
    expect(listed[0]!.statement).toBe(meant[0]!.statement);
  });

  it("refuses what is no claim's name", async () => {
    const { code, stderr } = await evenkeel(["claims", "nonsense"], { cwd: folder });
    expect(stderr).toMatch(/^evenkeel: There is no claim "nonsense"/);
    expect(code).toBe(2);
  });
});
