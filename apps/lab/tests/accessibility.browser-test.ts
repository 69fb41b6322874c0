import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { pages } from "../src/pages/index.ts";
import { expectAccessible, openLab } from "./lab.ts";

const lab = openLab();

/** Waits until nothing is loaded or drawn any more. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
}

for (const { path, title, presets } of pages) {
  describe(title, () => {
    it("has nothing serious that axe-core finds, in light or in dark colours; controls that the keyboard reaches, where the focus is seen; and little motion where that is wanted", async () => {
      const page = await lab.open(`#/${path}`, { reducedMotion: true });
      await settled(page);
      await expectAccessible(page);
      await page.emulateMedia({ colorScheme: "dark" });
      await page.locator("html[data-theme='dark']").waitFor();
      await expectAccessible(page);
      expect(await moving(page)).toEqual([]);
      const controls = await markControls(page);
      const reached = new Set<number>();
      const unseen: string[] = [];
      for (let press = 0; press < 2 * controls.length && reached.size < controls.length; press++) {
        await page.keyboard.press("Tab");
        const { control, seen } = await focused(page);
        if (control < 0) continue;
        reached.add(control);
        if (!seen) unseen.push(controls[control]!);
      }
      expect(controls.filter((_, index) => !reached.has(index))).toEqual([]);
      expect(unseen).toEqual([]);
      await page
        .getByRole("button", { name: presets.at(-1)!.name })
        .first()
        .click();
      expect(await moving(page)).toEqual([]);
    });
  });
}

/** Marks all controls that can be used, keeps how they look, and says what each of them is. */
async function markControls(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const properties = [
      "outlineStyle",
      "outlineColor",
      "boxShadow",
      "borderColor",
      "stroke",
      "strokeWidth",
    ] as const;
    const look = (element: Element) =>
      [element, ...element.querySelectorAll("*")]
        .flatMap((part) => properties.map((property) => getComputedStyle(part)[property]))
        .join();
    Object.assign(globalThis, { look });
    const controls = document.querySelectorAll<HTMLElement>(
      "a[href], button, select, input, textarea, summary, [tabindex='0']",
    );
    const usable = [...controls].filter((element) => {
      // Of radio buttons of one name, the keyboard reaches the chosen one; arrows lead to the others.
      const passed = element instanceof HTMLInputElement && element.type === "radio" && !element.checked;
      const visible = element.checkVisibility({ visibilityProperty: true });
      return visible && !passed && !element.matches(":disabled, [tabindex='-1']");
    });
    return usable.map((element, index) => {
      element.dataset.control = String(index);
      element.dataset.look = look(element);
      return element.outerHTML.slice(0, 160);
    });
  });
}

/** Which control has the focus, and whether it looks other than without. */
async function focused(page: Page): Promise<{ control: number; seen: boolean }> {
  return await page.evaluate(() => {
    const { look } = globalThis as unknown as { look: (element: Element) => string };
    const element = document.activeElement as HTMLElement;
    return {
      control: Number(element.dataset.control ?? -1),
      seen: element.matches(".skip") || look(element) !== element.dataset.look,
    };
  });
}

/** Elements that move, or would when they change. */
async function moving(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const longest = (durations: string) =>
      Math.max(
        ...durations.split(",").map((text) => Number.parseFloat(text) * (text.includes("ms") ? 1 : 1000)),
      );
    return [...document.querySelectorAll("*")]
      .filter((element) => {
        const { animationName, animationDuration, transitionDuration } = getComputedStyle(element);
        return (
          (animationName !== "none" && longest(animationDuration) > 1) || longest(transitionDuration) > 1
        );
      })
      .map((element) => element.outerHTML.slice(0, 100));
  });
}
