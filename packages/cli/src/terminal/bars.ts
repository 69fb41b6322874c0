import type { Options } from "cli-progress";
import { paint } from "./colors.js";

/** How all bars look and behave. */
export const barStyle = {
  barCompleteChar: "━",
  barIncompleteChar: "─",
  hideCursor: true,
  fps: 12,
  gracefulExit: false,
  linewrap: false,
  autopadding: false,
  formatBar: (progress, options) => {
    const full = Math.round(progress * options.barsize!);
    return "━".repeat(full) + paint.dim("─".repeat(options.barsize! - full));
  },
} as const satisfies Options;

/** A share, five characters wide: ` 63 %`. */
export function share(done: number): string {
  return `${Math.floor(done * 100)} %`.padStart(5);
}

/** How long it still takes: `38 s left`, `12 min left`, `3 h left`; nothing when that is not known. */
export function timeLeft(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds <= 0) return "";
  if (seconds < 100) return `${Math.ceil(seconds)} s left`;
  return seconds < 100 * 60 ? `${Math.round(seconds / 60)} min left` : `${Math.round(seconds / 3600)} h left`;
}
