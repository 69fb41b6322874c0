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
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stableJson } from "./key.js";
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
});
