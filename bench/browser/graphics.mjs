// @ts-check

/** @typedef {"hardware" | "software" | "none"} Graphics */

/**
 * What WebGPU and WebGL compute on.
 *
 * @param {import("playwright-core").Browser} browser
 * @param {string} url of a page that is trusted as localhost is
 * @returns {Promise<{ webgpu: Graphics, webgl: Graphics }>}
 */
export async function graphicsOf(browser, url) {
  const page = await browser.newPage();
  await page.goto(url);
  const found = await page.evaluate(async () => {
    const adapter = await /** @type {any} */ (navigator).gpu?.requestAdapter();
    const context = document.createElement("canvas").getContext("webgl2");
    const name = context?.getExtension("WEBGL_debug_renderer_info")?.UNMASKED_RENDERER_WEBGL;
    const renderer = name && context.getParameter(name);
    /** @type {(has: unknown, isSoftware: boolean) => Graphics} */
    const kind = (has, isSoftware) => (has ? (isSoftware ? "software" : "hardware") : "none");
    return {
      webgpu: kind(adapter, adapter?.info.isFallbackAdapter),
      webgl: kind(context, /swiftshader|llvmpipe|software/i.test(renderer ?? "")),
    };
  });
  await page.close();
  return found;
}
