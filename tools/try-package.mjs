// @ts-check
// Packs the library, installs it in an empty project outside the workspace, trains there, and checks its types.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const project = mkdtempSync(join(tmpdir(), "evenkeel-project-"));
const run = (/** @type {string} */ command, /** @type {string[]} */ ...parameters) =>
  execFileSync(command, parameters, { cwd: project, stdio: ["ignore", "inherit", "inherit"] });

try {
  execFileSync("npm", ["pack", "--silent", "--pack-destination", project], {
    cwd: join(root, "packages/evenkeel"),
  });
  const archive = readdirSync(project).find((name) => name.endsWith(".tgz"));
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }\n');
  copyFileSync(join(root, ".npmrc"), join(project, ".npmrc"));
  run("npm", "install", "--silent", "--no-audit", "--no-fund", `./${archive}`);

  copyFileSync(join(root, "examples/mnist.js"), join(project, "train.js"));
  run(process.execPath, "train.js");

  writeFileSync(
    join(project, "types.ts"),
    `import { layers, sequential, type Model } from "evenkeel";
const model: Model = sequential([layers.dense({ units: 1, inputShape: [3] })]);
// @ts-expect-error units must be a number
layers.dense({ units: "1" });
export const output: Float32Array = (await model.predict([[1, 2, 3]])).data;
`,
  );
  const compiler = join(root, "node_modules/.bin/tsc");
  run(
    compiler,
    "--noEmit",
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "es2023",
    "--types",
    "",
    "types.ts",
  );
  console.log("the packed library installs, trains, and type-checks in an empty project");
} finally {
  rmSync(project, { recursive: true, force: true });
}
