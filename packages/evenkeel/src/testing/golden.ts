import { readFileSync } from "node:fs";

/** The content of a file in `golden/`, as tools/golden describes it. */
export function golden<Content>(name: string): Content {
  const file = new URL(`../../golden/${name}`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as Content;
}
