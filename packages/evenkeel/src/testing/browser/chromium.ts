import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/**
 * Chromium without a window, with WebGPU in software.
 *
 * @throws Error saying how to get it when it is missing.
 */
export function startChromium(): Promise<Browser> {
  const named = process.env.EVENKEEL_CHROMIUM;
  const executablePath = (named ? [named] : usual).find((path) => existsSync(path));
  if (!executablePath) {
    throw new Error(
      `There is no Chromium at ${named ?? usual.join(", ")}. Install it ("apt-get install chromium"), or say where it is: EVENKEEL_CHROMIUM=/path/to/chromium npm run test:browser.`,
    );
  }
  return chromium.launch({
    executablePath,
    args: [
      "--enable-unsafe-webgpu",
      "--use-webgpu-adapter=swiftshader",
      "--enable-features=Vulkan",
      "--ignore-gpu-blocklist",
    ],
  });
}
