import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);

/** What each example must print, so that it cannot quietly do something else. */
const printed: Record<string, RegExp> = {
  "csv.js": /standardised by hand: +\d\.\d+\n.*first layer: +\d\.\d+\n/,
  "interrupted.js": /taken up at step 120\nidentical: true/,
  "mnist.js": /of them 267,010 trainable and 800 not[\s\S]*accuracy: 0\.9[6-8]/,
  "onnx.js": /ONNX Runtime says 7 — the label is 7\nafter another epoch: .*accuracy: 0\.9/,
  "residual.js": /early: 0\.[6-9]\d\d, late: 0\.9\d\d\nfirst_sum: \[ 5, 16, 14, 14 \]/,
};

const folder = fileURLToPath(new URL(".", import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith(".js"));

test("every example has an expectation", () => {
  expect(files.sort()).toEqual(Object.keys(printed).sort());
});

test.each(files)("%s runs and prints what it should", async (file) => {
  const { stdout } = await run(process.execPath, [file], { cwd: folder });
  expect(stdout).toMatch(printed[file]!);
});
