import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

/** Tests that need a GPU, or a software driver in its place. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [] } },
  defineConfig({
    test: { include: ["packages/*/src/**/*.webgpu-test.ts"], testTimeout: 300_000, maxWorkers: 1 },
  }),
);
