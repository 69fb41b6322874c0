// @ts-check
// Batch normalization alone on images that lie in memory as [N, C, H, W]: those of a caller, not of a network.
import { normalizer } from "./evenkeel-normalization.mjs";
import { runtimeOn, version } from "./evenkeel-runtime.mjs";
import { Cannot, serve } from "./protocol.mjs";

const { runtime, where } = await runtimeOn();
await serve(`Evenkeel ${version}, ${where}, plain [N, C, H, W]`, (work) => {
  if (work.task !== "normalize") throw new Cannot("for normalizations only");
  if (work.shape.length !== 4) throw new Cannot("the same as Evenkeel");
  return normalizer(work, runtime, { plain: true });
});
