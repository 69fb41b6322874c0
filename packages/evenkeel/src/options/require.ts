import { shown } from "./known.js";

/**
 * Stops with the option's name and what it must be, unless the condition holds.
 *
 * @param option its name, behind whose it is where that needs saying: `networks.vgg: depth`.
 */
export function requireOption(holds: boolean, option: string, expected: string, got: unknown): void {
  if (!holds) throw new RangeError(`${option} must be ${expected}, got ${shown(got)}.`);
}

/** @throws RangeError unless the value is true or false; "false" would else count as true. */
export function requireBoolean(option: string, value: unknown): void {
  requireOption(typeof value === "boolean", option, "true or false", value);
}

/** @throws RangeError unless the value is a share in [0, 1). */
export function requireShare(option: string, value: unknown): void {
  const isShare = Number.isFinite(value) && (value as number) >= 0 && (value as number) < 1;
  requireOption(isShare, option, "a number of at least 0 and below 1", value);
}

/**
 * Classes lie on the last axis, of `[N, classes]` or `[N, positions, classes]`. That of images is their width.
 *
 * @param who what takes them, for example `softmax`.
 * @throws RangeError for more than three axes.
 */
export function requireClasses(who: string, shape: readonly (number | string)[]): void {
  if (shape.length <= 3) return;
  const places = shape.slice(1).map((_, axis) => axis + 1);
  const dims = [...places.slice(1), 1].join(", ");
  throw new RangeError(
    `${who} takes the last axis for the classes, which in [${shape.join(", ")}] is the width of images [N, C, H, W]. Bring channels last and positions on one axis: layers.permute({ dims: [${dims}] }), then layers.reshape({ targetShape: [-1, ${shape[1]}] }).`,
  );
}
