// Takes the pictures of docs/images/lab: node apps/lab/tests/screenshots.mjs, after npm run build:lab.
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { preview } from "vite";

const folder = fileURLToPath(new URL("../../../docs/images/lab/", import.meta.url));

/** What each page is to be showing, and what makes it show that. */
const pages = {
  "what-it-does": { hash: "" },
  "feature-scales": { hash: "#/feature-scales", ready: ready("✓ Converged") },
  train: {
    hash: "#/train",
    async ready(page) {
      await page.getByRole("button", { name: "Start" }).click();
      await page.waitForFunction(() => /\b([3-9]\d\d|\d,\d{3})\b steps/.test(document.body.innerText), null, {
        timeout: 120_000,
      });
      await page.getByRole("button", { name: "Pause" }).click();
    },
  },
  batch: { hash: "#/batch", ready: ready("The graph says") },
  landscape: {
    hash: "#/landscape",
    async ready(page) {
      await page.getByRole("button", { name: "+100 steps" }).click();
      await page.getByText("100 steps taken").waitFor({ timeout: 120_000 });
    },
  },
  claims: { hash: "#/claims?claim=IS15-8" },
  "own-data": {
    hash: "#/own-data",
    async ready(page) {
      await page.getByRole("button", { name: "Train both networks" }).click();
      await page.getByRole("button", { name: "with-batch-norm.onnx" }).waitFor({ timeout: 120_000 });
    },
  },
};

const sizes = { desktop: { width: 1280, height: 1200 }, phone: { width: 390, height: 844 } };

const server = await preview({
  root: fileURLToPath(new URL("..", import.meta.url)),
  logLevel: "error",
  preview: { port: 0 },
});
const [address] = server.resolvedUrls.local;
const browser = await chromium.launch({
  executablePath: process.env.EVENKEEL_CHROMIUM ?? "/usr/bin/chromium",
});
mkdirSync(folder, { recursive: true });
const only = process.argv.slice(2);
for (const [name, { hash, ready: prepared }] of Object.entries(pages)) {
  if (only.length > 0 && !only.includes(name)) continue;
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ["light", "dark"]) {
      const context = await browser.newContext({ viewport, colorScheme, serviceWorkers: "block" });
      const page = await context.newPage();
      await page.goto(address + hash);
      await page.locator("main h1").waitFor();
      await prepared?.(page);
      await page.evaluate(() => scrollTo(0, 0));
      await page.mouse.move(0, 0);
      await page.waitForTimeout(1500);
      const path = `${folder}${name}-${size}-${colorScheme}.png`;
      await page.screenshot({ path });
      console.log(path);
      await context.close();
    }
  }
}
await browser.close();
await server.close();

function ready(text) {
  return (page) => page.getByText(text).first().waitFor({ timeout: 120_000 });
}
