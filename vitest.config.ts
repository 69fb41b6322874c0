import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(`./packages/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    // Tests read the library's source, so that a failing line is the line in the editor.
    alias: {
      "evenkeel-experiments/figures": source("experiments/src/figures/index.ts"),
      "evenkeel-experiments/pool": source("experiments/src/pool/index.ts"),
      "evenkeel-experiments/record": source("experiments/src/record/index.ts"),
      "evenkeel-experiments/report": source("experiments/src/report/index.ts"),
      "evenkeel-experiments/statistics": source("experiments/src/statistics/index.ts"),
      "evenkeel-experiments": source("experiments/src/index.ts"),
      evenkeel: source("evenkeel/src/index.ts"),
    },
  },
  test: {
    include: ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.ts", "examples/**/*.test.ts"],
    testTimeout: 60_000,
    maxWorkers: 2,
  },
});
