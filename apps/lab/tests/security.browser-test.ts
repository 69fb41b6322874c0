import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { pages } from "../src/pages/index.ts";
import { contentOf, openLab } from "./lab.ts";

/** What the page's own policy makes of attempts to run or load what is not the lab's. */
async function attempts(page: Page): Promise<Record<string, unknown>> {
  return await page.evaluate(async () => {
    // What a test runs at once may do what the page's own scripts may not.
    await new Promise((resolve) => setTimeout(resolve));
    const element = <K extends keyof HTMLElementTagNameMap>(
      name: K,
      properties: Partial<HTMLElementTagNameMap[K]>,
    ) => {
      const made = Object.assign(document.createElement(name), properties);
      document.body.append(made);
      return made;
    };
    const blocked = new Set<string>();
    const allBlocked = new Promise<void>((resolve) =>
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
        if (blocked.add(effectiveDirective).size === 8) resolve();
      }),
    );
    const world = globalThis as { ran?: string };
    element("script", { textContent: "globalThis.ran = 'an inline script'" });
    element("div", { innerHTML: "<img src='data:,' onerror='globalThis.ran = 1'>" });
    element("script", { src: "data:text/javascript,globalThis.ran = 'a script at a data: address'" });
    element("img", { src: "https://elsewhere.example/pixel.png" });
    element("iframe", { src: "https://elsewhere.example/" });
    const styled = element("p", { innerHTML: "<b style='display: none'>x</b>" });
    const failing = async (action: () => unknown) => {
      try {
        await action();
        return "done";
      } catch {
        return "refused";
      }
    };
    const fetched = await failing(() => fetch("https://elsewhere.example/"));
    const evaluated = await failing(() => new Function("return 1")());
    const worker = await new Promise((resolve) => {
      const address = URL.createObjectURL(new Blob(["postMessage(1)"]));
      try {
        const made = new Worker(address);
        made.onmessage = () => resolve("ran");
        made.onerror = () => resolve("refused");
      } catch {
        resolve("refused");
      }
    });
    await Promise.race([allBlocked, new Promise((resolve) => setTimeout(resolve, 5000))]);
    return {
      ran: world.ran ?? "nothing",
      fetched,
      evaluated,
      worker,
      style: getComputedStyle(styled.firstElementChild!).display,
      blocked: [...blocked].sort(),
    };
  });
}

const allRefused = {
  ran: "nothing",
  fetched: "refused",
  evaluated: "refused",
  worker: "refused",
  style: "inline",
  blocked: [
    "connect-src",
    "frame-src",
    "img-src",
    "script-src",
    "script-src-attr",
    "script-src-elem",
    "style-src-attr",
    "worker-src",
  ],
};

describe("the content security policy", () => {
  for (const withHeaders of [true, false]) {
    describe(withHeaders ? "of the server" : "of the page itself, on a host that sends none", () => {
      const lab = openLab({ withHeaders });

      it("lets nothing run and nothing load that is not the lab's", async () => {
        lab.expectProblem(/Content Security Policy|csp|elsewhere\.example/i);
        const page = await lab.open();
        const { headers } = await page.evaluate(async () => ({
          headers: Object.fromEntries((await fetch("./")).headers),
        }));
        expect(headers["content-security-policy"]?.includes("default-src 'none'") ?? false).toBe(withHeaders);
        expect(await page.locator("meta[http-equiv='Content-Security-Policy']").count()).toBe(1);
        expect(await attempts(page)).toEqual(allRefused);
      });
    });
  }
});

describe("a server of the lab", () => {
  const lab = openLab();

  it("says what its files are, and keeps them to itself", async () => {
    const page = await lab.open();
    const headers = await page.evaluate(async () => Object.fromEntries((await fetch("./")).headers));
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
    });
  });

  it("is all that any page asks for anything", async () => {
    const page = await lab.open();
    const origins = new Set<string>();
    page.context().on("request", (request) => origins.add(new URL(request.url()).origin));
    for (const { path } of pages) {
      await page.goto(`${lab.url}#/${path}`);
      await page.reload();
      await contentOf(page);
    }
    expect([...origins]).toEqual([new URL(lab.url).origin]);
  });
});

describe("a hostile address", () => {
  const lab = openLab();
  const markup = "<img src=x onerror=globalThis.ran=1><script>globalThis.ran=2</script>";
  const values = [
    markup,
    "x".repeat(50_000),
    `${"9".repeat(400)},NaN,1e999,-0.0000001`,
    "-1,".repeat(5000),
    "%00%ff%E2%80%AE\u202e🂡",
    "__proto__,constructor",
    "",
  ];
  const names = ["__proto__", "constructor", "hasOwnProperty", "toString", "__proto__[ran]", markup];

  for (const { path, title, fields } of pages) {
    it(`does nothing on ${title} but be told of`, async () => {
      const page = await lab.open(`#/${path}`);
      const known = Object.keys(fields);
      const queries = [
        ...values.map((value) => [...known, "device"].map((name) => [name, value])),
        names.map((name) => [name, "1"]),
      ];
      for (const query of queries) {
        const text = query
          .map(([name, value]) => `${encodeURIComponent(name!)}=${legible(value!)}`)
          .join("&");
        await page.evaluate((hash) => {
          location.hash = hash;
        }, `#/${path}?${text}`);
        await page.waitForFunction(() => document.querySelector("main h1"));
        await contentOf(page);
        expect(await page.evaluate(() => (globalThis as { ran?: unknown }).ran)).toBeUndefined();
        expect(await page.locator("[onerror], main script").count()).toBe(0);
        expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe(title);
      }
      expect(await page.locator("main > .notice").count()).toBeGreaterThan(0);
      expect(await page.evaluate(() => ({}) as { ran?: unknown }).then(({ ran }) => ran)).toBeUndefined();
    });
  }

  it("is told of by a notice that fits the page, however long it is", async () => {
    const page = await lab.open(`#/${encodeURIComponent(markup.repeat(200))}?device=${"y".repeat(3000)}`);
    const told = await page.locator("main > .notice").allTextContents();
    expect(told.length).toBeGreaterThan(0);
    for (const text of told) expect(text.length).toBeLessThan(300);
  });
});

/** Percent signs stay as they are: some of them are no encoding of anything. */
function legible(value: string): string {
  return value.startsWith("%") ? value : encodeURIComponent(value);
}
