// @ts-check
// Whether there is a graphics card: one that is imitated in software counts as none, unless it is asked for.
import { parameters } from "../peers/platform.mjs";
import { missing } from "../peers/protocol.mjs";

/** Tells the parent and ends where WebGPU has no graphics card. */
export async function requireWebGpu() {
  const adapter = await /** @type {any} */ (navigator).gpu?.requestAdapter();
  if (!adapter) missing("no WebGPU");
  require(!adapter.info.isFallbackAdapter);
}

/** Tells the parent and ends where WebGL has no graphics card. */
export function requireWebGl() {
  const context = document.createElement("canvas").getContext("webgl2");
  if (!context) return missing("no WebGL");
  const names = context.getExtension("WEBGL_debug_renderer_info");
  const renderer = context.getParameter(names?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER);
  require(!/swiftshader|llvmpipe|software/i.test(renderer));
}

/** @param {boolean} isHardware */
function require(isHardware) {
  if (!isHardware && !parameters.includes("software")) missing("no graphics card");
}
