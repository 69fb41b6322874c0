import type { Plugin } from "vite";
import { mnistFiles } from "./digits.ts";

/** Puts MNIST beside the page, in the dev server and in the build. Fashion-MNIST lies in `public/`. */
export function digits(): Plugin {
  return {
    name: "evenkeel-digits",
    configureServer({ middlewares, config }) {
      const prefix = `${config.base}data/mnist/`;
      middlewares.use((request, response, next) => {
        const path = request.url?.split("?")[0] ?? "";
        if (!path.startsWith(prefix)) return next();
        mnistFiles().then((files) => {
          const content = files.get(path.slice(prefix.length));
          if (!content) return next();
          response.setHeader(
            "Content-Type",
            path.endsWith(".json") ? "application/json" : "application/octet-stream",
          );
          response.end(content);
        }, next);
      });
    },
    async generateBundle() {
      // Workers are built for themselves, with this hook once more.
      if (this.environment?.config.consumer !== "client") return;
      for (const [name, source] of await mnistFiles()) {
        this.emitFile({ type: "asset", fileName: `data/mnist/${name}`, source });
      }
    },
  };
}
