import type { Page } from "playwright-core";
import { expect } from "vitest";

/** A small experiment on the Train page, which every device takes steps of quickly. */
export const small = "examples=500&depth=1&width=16&batchSize=16";

/** Where the lab computes, as the header says; with the reason. */
export async function computesOn(page: Page): Promise<{ device: string; reason: string }> {
  const running = page.getByRole("banner").getByRole("status");
  await running.filter({ hasText: "on" }).waitFor();
  return {
    device: (await running.textContent()) ?? "",
    reason: (await running.getAttribute("title")) ?? "",
  };
}

/** What the header says of WebAssembly on a page that may have threads, as every page here should. */
export async function isolatedWebAssembly(page: Page): Promise<string> {
  const { isolated, cores } = await page.evaluate(() => ({
    isolated: crossOriginIsolated,
    cores: navigator.hardwareConcurrency,
  }));
  expect(isolated, "cross-origin isolated").toBe(true);
  const threads = Math.max(1, Math.min(4, cores - 1));
  return `on WebAssembly, ${threads} thread${threads === 1 ? "" : "s"}`;
}

/** Has the networks of the Train page take one step. */
export async function step(page: Page): Promise<void> {
  const conduct = page.getByRole("group", { name: "Training" });
  await conduct.getByRole("button", { name: "One step" }).click();
  await conduct.getByText(/^1 step$/).waitFor();
  await conduct.getByRole("button", { name: "Start" }).waitFor();
}

/** Has the networks of the Train page take at least a number of steps, and pauses. */
export async function train(page: Page, steps: number): Promise<void> {
  const conduct = page.getByRole("group", { name: "Training" });
  const before = await stepsOf(page);
  await conduct.getByRole("button", { name: "Start" }).click();
  const deadline = Date.now() + 60_000;
  while ((await stepsOf(page)) < before + steps) {
    if (Date.now() > deadline) throw new Error(`${await stepsOf(page)} steps after a minute`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await conduct.getByRole("button", { name: "Pause" }).click();
  await conduct.getByRole("button", { name: "Start" }).waitFor();
}

/** Steps that the Train page says were taken. */
export async function stepsOf(page: Page): Promise<number> {
  const text = await page.getByRole("group", { name: "Training" }).locator("strong").textContent();
  return Number(text?.replaceAll(",", ""));
}

/** The numbers of each network, as the table of the Train page has them. */
export async function numbersOf(page: Page): Promise<string[][]> {
  const rows = page.getByRole("region", { name: "Numbers of each network" }).locator("tbody tr");
  const texts: string[][] = [];
  for (const row of await rows.all()) texts.push(await row.locator("td").allTextContents());
  return texts;
}
