import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { digits } from "./build/digits-plugin.ts";
import { offline } from "./build/offline-plugin.ts";
import { security } from "./build/security-plugin.ts";
import { headers } from "./src/offline/headers.ts";

/** Vite's server for development puts styles into the page, and speaks to it through a socket. */
const forDevelopment = {
  ...headers,
  "Content-Security-Policy": headers["Content-Security-Policy"]!.replace(
    "style-src 'self'",
    "style-src 'self' 'unsafe-inline'",
  ).replace("connect-src 'self'", "connect-src 'self' ws:"),
};

export default defineConfig({
  // Addresses within the build are relative, so that it can lie in any folder of a server.
  base: "./",
  plugins: [svelte(), digits(), security(), offline()],
  worker: { format: "es" },
  build: {
    target: "es2022",
    // Browsers that have what the lab needs can preload modules.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      input: { index: "index.html", offline: "src/offline/worker.ts" },
      output: {
        // The service worker keeps its name, and lies beside the page, for which it speaks.
        entryFileNames: ({ name }) => (name === "offline" ? "offline.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  server: { headers: forDevelopment, fs: { allow: ["../.."] } },
  preview: { headers },
});
