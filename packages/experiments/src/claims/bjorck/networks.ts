import type { DataSettings } from "../../runs/data.js";
import type { NetworkSettings, PlacedLayer } from "../../runs/network.js";
import type { Size } from "../../runs/run.js";

/** Where batch norm stands: behind every convolution, before the output layer only, or nowhere. */
export type Normalized = "everywhere" | "output" | "nowhere";

/** What curves of the two networks are called. */
export const withNorm = "with batch norm";
export const withoutNorm = "without batch norm";

const batchNorm = { type: "batchNormalization", momentum: 0.9, epsilon: 1e-5 } as const satisfies PlacedLayer;

/** Mean and deviation of CIFAR-10's channels, whose square is the variance. */
const cifarPixels = {
  type: "normalization",
  mean: [125.3, 123, 113.9],
  variance: [63 ** 2, 62.1 ** 2, 66.7 ** 2],
} as const;

/** CIFAR-10; at smoke MNIST, which is always there. */
export function images(size: Size, { train, test }: Omit<DataSettings, "name"> = {}): DataSettings {
  return {
    name: size === "smoke" ? "mnist" : "cifar10",
    ...(train !== undefined && { train }),
    ...(test !== undefined && { test }),
  };
}

/**
 * The residual network for CIFAR, Xavier initialisation. Every batch norm is removed in the one without. At smoke it is
 * a tiny one for MNIST at 7×7.
 *
 * @param shrink how many pixels of a side become one. Default 1.
 * @param augment whether images are shifted and flipped. Default false.
 */
export function residual(
  size: Size,
  depth: number,
  normalized: Normalized,
  { shrink = 1, augment = false }: { shrink?: number; augment?: boolean } = {},
): NetworkSettings {
  const own = {
    family: "resNet",
    depth,
    kernelInitializer: "glorotUniform",
    normalization: normalized === "everywhere" ? batchNorm : "none",
    ...(normalized === "output" && { outputNormalization: batchNorm }),
  } as const;
  if (size === "smoke") {
    return {
      ...own,
      widthFactor: 1 / 4,
      inputShape: [28, 28],
      preprocessing: [
        { type: "averagePooling2d", poolSize: 4 },
        { type: "rescaling", scale: 1 / 78, offset: -33 / 78 },
      ],
    };
  }
  const side = 32 / shrink;
  return {
    ...own,
    preprocessing: [
      ...(shrink > 1 ? ([{ type: "averagePooling2d", poolSize: shrink }] as const) : []),
      ...(augment
        ? ([
            { type: "randomCrop", height: side, width: side, padding: 4 / shrink },
            { type: "randomFlip" },
          ] as const)
        : []),
      cifarPixels,
    ],
  };
}

/**
 * The layer of a number as the work counts them: 1 is the first convolution, the last is the output layer.
 *
 * @returns its name, and the name of the layer whose output it takes.
 */
export function layerNumbered(depth: number, number: number): { layer: string; input: string } {
  if (number === 1) return { layer: "stem", input: "input" };
  if (number === depth) return { layer: "output", input: "pool" };
  const blocks = (depth - 2) / 6;
  const block = (index: number) => `stage_${Math.floor(index / blocks) + 1}_block_${(index % blocks) + 1}`;
  const index = Math.floor((number - 2) / 2);
  if (number % 2 === 1) return { layer: `${block(index)}_conv_2`, input: `${block(index)}_activation_1` };
  const input = index === 0 ? "stem_activation" : `${block(index - 1)}_activation_2`;
  return { layer: `${block(index)}_conv_1`, input };
}

/** Orders layers of a residual network by their names: `stage_1_block_3_conv_1` stands before `stage_1_block_12_conv_1`. */
export const inDepth = (a: string, b: string) => a.localeCompare(b, "en", { numeric: true });
