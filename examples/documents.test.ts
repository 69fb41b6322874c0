import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as evenkeel from "evenkeel";
import { expect, test } from "vitest";
import { temporaryFolder } from "../packages/evenkeel/src/testing/temporary-folder.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));

/** A folder in which code finds the library, and what it writes does no harm. */
const folder = temporaryFolder();
symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");

/** A few pictures in CIFAR-10's format. */
const cifar10 = join(folder, "cifar10");
mkdirSync(cifar10);
const random = evenkeel.randomStream(1, "pictures");
for (const file of [
  "data_batch_1",
  "data_batch_2",
  "data_batch_3",
  "data_batch_4",
  "data_batch_5",
  "test_batch",
]) {
  const records = Array.from({ length: 64 }, () => [
    random.integer(10),
    ...Array.from({ length: 3072 }, () => random.integer(256)),
  ]);
  writeFileSync(join(cifar10, `${file}.bin`), Uint8Array.from(records.flat()));
}

/** What code without imports of its own may use: all that the library has. */
const imports = `import * as evenkeel from "evenkeel"; const { ${Object.keys(evenkeel).join(", ")} } = evenkeel;`;

const documents = ["README.md", "packages/evenkeel/README.md"].concat(
  readdirSync(join(root, "docs")).flatMap((name) => (name.endsWith(".md") ? [`docs/${name}`] : [])),
);
const blocks = documents.flatMap((document) =>
  [...readFileSync(join(root, document), "utf8").matchAll(/^```js\n(.*?)^```$/gms)].map(
    ([, code], index) => [document, index + 1, code!] as const,
  ),
);

test("there is code in the documents", () => {
  expect(new Set(blocks.map(([document]) => document)).size).toBeGreaterThan(4);
});

test.each(blocks)("%s: block %i runs", { timeout: 120_000 }, async (_document, _number, code) => {
  const script = code.includes("import ") ? code : `${imports}\n{\n${code}}`;
  await run(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: folder,
    env: { ...process.env, EVENKEEL_CIFAR10: cifar10 },
  });
});
