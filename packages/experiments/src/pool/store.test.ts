import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stableJson } from "../runs/json.js";
import { plan } from "./plan.js";
import { openStore } from "./store.js";
import { claimOn } from "./testing/claims.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "evenkeel-store-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const [run, other] = plan([claimOn("IS15-1", 10, 20)], "smoke", [1]).runs as [never, never];
const key = (run as { key: string }).key;
const result = { points: [1, 2.5, null], outcome: "finished" };

describe("the store of finished runs", () => {
  it("keeps what it was given, as a file that says what it is of", () => {
    const inside = join(folder, "results");
    const store = openStore(inside);
    expect(store.read(run)).toBeUndefined();
    expect(existsSync(inside)).toBe(false);
    store.write(run, 1.5, stableJson(result));
    expect(openStore(inside).read(run)).toEqual({ seconds: 1.5, result });
    expect(store.read(other)).toBeUndefined();
    expect(readdirSync(inside)).toEqual([`${key}.json`]);
    const file = JSON.parse(readFileSync(join(inside, `${key}.json`), "utf8"));
    expect(file).toMatchObject({
      key,
      experiment: "training",
      seed: 1,
      settings: { steps: 20 },
    });
  });

  it("gives back any plain data", () => {
    const store = openStore(folder);
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        store.write(run, 1, stableJson(value));
        expect(store.read(run)!.result).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ["cut off", (text: string) => text.slice(0, -20)],
    ["empty", () => ""],
    ["of another run", (text: string) => text.replace('"seed":1', '"seed":2')],
    ["changed in its result", (text: string) => text.replace("2.5", "3.5")],
    ["without its result", (text: string) => text.replace(/,"result".*\}/, "}")],
    ["no object", () => "null"],
  ])("takes a file that is %s for damaged, says so once, and takes another in its place", (_, spoil) => {
    const warnings: string[] = [];
    const store = openStore(folder, (message) => warnings.push(message));
    const path = join(folder, `${key}.json`);
    store.write(run, 1, stableJson(result));
    const text = readFileSync(path, "utf8");
    expect(spoil(text)).not.toBe(text);
    writeFileSync(path, spoil(text));
    expect(store.read(run)).toBeUndefined();
    expect(store.read(run)).toBeUndefined();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/\.json is damaged \(.*\); its run is done again\.$/);
    store.write(run, 1, stableJson(result));
    expect(store.read(run)!.result).toEqual(result);
  });

  it("leaves no part of a file that cannot be written", () => {
    const store = openStore(folder);
    mkdirSync(join(folder, `${key}.json`));
    expect(() => store.write(run, 1, "1")).toThrow();
    expect(readdirSync(folder)).toEqual([`${key}.json`]);
  });

  it("removes a run's checkpoint when the run is finished", () => {
    const store = openStore(folder);
    const path = store.checkpointOf(run);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
    store.write(run, 1, "1");
    expect(existsSync(path)).toBe(false);
  });

  it("removes what was left half written, but nothing that may still be written", () => {
    const store = openStore(folder);
    const unfinished = dirname(store.checkpointOf(run));
    mkdirSync(unfinished);
    const otherKey = (other as { key: string }).key;
    const touch = (path: string, minutesAgo: number) => {
      writeFileSync(path, "");
      const time = Date.now() / 1000 - 60 * minutesAgo;
      utimesSync(path, time, time);
    };
    for (const each of [key, otherKey]) {
      touch(join(folder, `${each}.json.12345.part`), 60);
      touch(join(unfinished, `${each}.checkpoint.c0ffee.tmp`), 60);
    }
    touch(join(unfinished, `${otherKey}.checkpoint.dead.tmp`), 0);
    touch(join(unfinished, `${otherKey}.checkpoint`), 60);
    touch(join(folder, "notes.part"), 60);
    store.write(run, 1, "1");
    expect(readdirSync(folder).sort()).toEqual(
      [`${key}.json`, `${otherKey}.json.12345.part`, "notes.part", "unfinished"].sort(),
    );
    expect(readdirSync(unfinished)).toHaveLength(3);
    store.prepare();
    expect(readdirSync(folder).sort()).toEqual([`${key}.json`, "notes.part", "unfinished"].sort());
    expect(readdirSync(unfinished).sort()).toEqual([
      `${otherKey}.checkpoint`,
      `${otherKey}.checkpoint.dead.tmp`,
    ]);
  });
});
