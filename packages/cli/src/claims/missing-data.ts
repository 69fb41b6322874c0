import type { MissingData } from "evenkeel-experiments/pool";
import { titles } from "../data/titles.js";
import { enumerated } from "../results/wording.js";

/** Which claims need data that is not on this machine, and what to do about it. */
export function missingText(missing: readonly MissingData[]): string {
  return missing
    .map(({ name, variable, claims }) => {
      const need = `${enumerated(claims)} ${claims.length === 1 ? "needs" : "need"} ${titles[name]}`;
      return `${need}, which is not on this machine. Get it with "npx evenkeel-cli data fetch ${name}", or say where it is: ${variable}.`;
    })
    .join("\n");
}
