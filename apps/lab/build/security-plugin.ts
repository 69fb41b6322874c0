import type { Plugin } from "vite";
import { contentSecurityPolicy } from "../src/offline/headers.ts";

/** Writes the content security policy into the built page, for hosts that send no headers. */
export function security(): Plugin {
  return {
    name: "evenkeel-security",
    apply: "build",
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: contentSecurityPolicy },
        injectTo: "head-prepend",
      },
    ],
  };
}
