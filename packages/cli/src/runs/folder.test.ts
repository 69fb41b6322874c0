import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { run, settings } from "../results/testing/records.js";
import { UsageError } from "../usage-error.js";
import { openFolder, runFolder } from "./folder.js";

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "evenkeel-runs-"));
});
afterEach(() => rmSync(out, { recursive: true }));

describe("a run's folder", () => {
  it("is gone when it is abandoned before a training's end", () => {
    const path = join(out, "new");
    const folder = openFolder(path, settings);
    folder.write("config.json", "{}");
    folder.abandon();
    expect(existsSync(path)).toBe(false);
  });

  it("keeps what was trained when it is abandoned", () => {
    const path = join(out, "new");
    const folder = openFolder(path, settings);
    folder.observer.runEnds?.(run("none", 1, [0.9]));
    folder.abandon();
    expect(readdirSync(path).sort()).toEqual(["metrics.jsonl", "models"]);
  });

  it("is left empty, not removed, when it was there before", () => {
    const path = join(out, "empty");
    mkdirSync(path);
    openFolder(path, settings).abandon();
    expect(readdirSync(path)).toEqual([]);
  });

  it("is replaced with what a crash left half written in it", () => {
    const path = join(out, "crashed");
    mkdirSync(path);
    for (const file of ["config.json", "report.html.part", "results.json.12345.part"])
      writeFileSync(join(path, file), "");
    const options = { out, name: "crashed", force: true };
    openFolder(runFolder(options, settings), settings).close();
    expect(readdirSync(path).sort()).toEqual(["metrics.jsonl", "models"]);
    writeFileSync(join(path, "thesis.part"), "");
    expect(() => runFolder(options, settings)).toThrow(/holds thesis\.part, which is not a run's/);
  });

  it("is not made where a file is", () => {
    writeFileSync(join(out, "file"), "");
    const inside = () => runFolder({ out: join(out, "file"), name: "new" }, settings);
    expect(inside).toThrow(UsageError);
    expect(inside).toThrow(/file is a file, not a folder/);
    expect(() => runFolder({ out, name: "file" }, settings)).toThrow(/is a file, not a folder/);
    expect(runFolder({ out: join(out, "not", "yet"), name: "new" }, settings)).toBe(
      join(out, "not", "yet", "new"),
    );
  });
});
