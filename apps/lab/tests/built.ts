import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { preview } from "vite";
import { headers } from "../src/offline/headers.ts";

const lab = fileURLToPath(new URL("..", import.meta.url));
const packages = join(lab, "../../packages");

/** What the built lab is made of. */
const sources = [
  ...["src", "build", "public", "index.html", "vite.config.ts"].map((name) => join(lab, name)),
  ...["evenkeel/src", "experiments/src"].map((name) => join(packages, name)),
];

/** How the lab lies on a server. */
export interface Hosting {
  /** The folder that it lies in. Default `/`. */
  folder?: string;
  /** Whether the server sends the lab's headers; a host of static files sends none. Default true. */
  withHeaders?: boolean;
  /** Folder of a build. Default `apps/lab/dist`, or the one that EVENKEEL_LAB names, made by `vite build --outDir`. */
  build?: string;
}

export interface LabServer {
  /** Address of the lab, ending in `/`. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Serves the built lab on a port of its own.
 *
 * @throws Error when the lab has not been built, or was changed since.
 */
export async function serveLab({ folder = "/", withHeaders = true, build }: Hosting): Promise<LabServer> {
  const server = await preview({
    root: lab,
    configFile: false,
    logLevel: "error",
    base: folder,
    // An address where nothing lies is an error, and not the page.
    appType: "mpa",
    build: { outDir: build ?? builtFolder() },
    preview: { port: 0, strictPort: true, host: "127.0.0.1", headers: withHeaders ? headers : {} },
  });
  const address = server.httpServer.address();
  if (typeof address !== "object" || !address) throw new Error("The server has no port.");
  return {
    // Browsers trust this name as they trust https, which WebGPU and service workers need.
    url: `http://localhost:${address.port}${folder}`,
    stop: () => server.close(),
  };
}

/** The folder of the build that is tested. */
export function builtFolder(): string {
  if (process.env.EVENKEEL_LAB) return process.env.EVENKEEL_LAB;
  const dist = join(lab, "dist");
  const page = join(dist, "index.html");
  if (!existsSync(page)) throw new Error("The lab has not been built. Run `npm run build:lab` first.");
  const changed = sources.map(newest).sort((a, b) => b.time - a.time)[0]!;
  if (changed.time > statSync(page).mtimeMs) {
    throw new Error(`${changed.path} was changed since the lab was built. Run \`npm run build:lab\` again.`);
  }
  return dist;
}

/** The file that was changed last; tests are no part of what is built. */
function newest(path: string): { path: string; time: number } {
  const { mtimeMs: time } = statSync(path);
  if (!statSync(path).isDirectory()) return { path, time };
  const names = readdirSync(path).filter((name) => !/test\.ts$/.test(name));
  const within = names.map((name) => newest(join(path, name)));
  return within.reduce((latest, each) => (each.time > latest.time ? each : latest), { path, time: 0 });
}
