import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

/** Tests that open a page in Chromium. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [] } },
  defineConfig({
    test: {
      include: ["packages/*/src/**/*.browser-test.ts", "apps/lab/tests/**/*.browser-test.ts"],
      testTimeout: 300_000,
      hookTimeout: 120_000,
      maxWorkers: 1,
    },
  }),
);
