import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { digits } from "./build/digits-plugin.ts";

/** With these, the browser lets WebAssembly have threads. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  // Addresses within the build are relative, so that it can lie in any folder of a server.
  base: "./",
  plugins: [svelte(), digits()],
  worker: { format: "es" },
  build: { target: "es2022", chunkSizeWarningLimit: 1500 },
  server: { headers: isolation, fs: { allow: ["../.."] } },
  preview: { headers: isolation },
});
