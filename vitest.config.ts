import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: {
    // Tests read the library's source, so that a failing line is the line in the editor.
    alias: { evenkeel: fileURLToPath(new URL("./packages/evenkeel/src/index.ts", import.meta.url)) },
  },
  test: {
    include: ["packages/*/src/**/*.test.ts", "examples/**/*.test.ts"],
    testTimeout: 60_000,
    maxWorkers: 2,
  },
});
