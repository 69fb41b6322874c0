// @ts-check
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import { fail } from "../command.mjs";

/**
 * Chromium as it is installed; ends the program where there is none.
 *
 * @param {string[]} [args]
 */
export async function launch(args = []) {
  const executablePath = process.env.EVENKEEL_CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) {
    fail(
      `There is no Chromium at ${executablePath}. Install it (Debian: apt-get install chromium), or name another in EVENKEEL_CHROMIUM.`,
    );
  }
  return await chromium.launch({ executablePath, args });
}
