import type { Size } from "../runs/run.js";
import { counted, duration } from "./amounts.js";
import { seedsText } from "./outcome.js";
import type { ClaimRecord } from "./record.js";

/** Something to know of a claim: what it is, and a sentence. */
export type Fact = [name: string, text: string];

/** What was run, how that differs from what was published, and how often it was repeated. */
export function runFacts({
  setting,
  size,
  seeds,
  seconds,
}: Pick<ClaimRecord, "setting" | "size" | "seeds" | "seconds">): Fact[] {
  return [
    [`Run at size ${size}`, settingAt(setting, size, size)],
    ...(setting.paper === setting[size]
      ? []
      : [["At size paper", settingAt(setting, "paper", size)] satisfies Fact]),
    ["Repeated", `${counted(seeds.length, "time")} (${seedsText(seeds)}), ${duration(seconds)} in all`],
  ];
}

/** What is run at a size. What is told as the laptop's is told in full, unless that stands there already. */
function settingAt(setting: ClaimRecord["setting"], size: Size, shown: Size): string {
  const text = setting[size];
  return shown !== "laptop" && /^As at laptop\b/.test(text) ? `${text} At laptop: ${setting.laptop}` : text;
}
