import type { Model } from "evenkeel";

/** A block of a residual network: the names of the layers that give its values. */
export interface ResidualBlock {
  /** Its number, from 1, counted from where the trunk begins: at the stem, or at a projection, which begins a new one. */
  position: number;
  /** What the branch is added to: the block's input, or its projection. */
  skip: string;
  /** The end of the branch: SkipInit's scalar, or the last dense layer or convolution. */
  branch: string;
  /** The sum of both. */
  sum: string;
  /** What the block gives: the sum, or what divides it. */
  output: string;
  /** What normalises the branch's input, if it is normalised. */
  normalization?: string;
}

/**
 * The blocks of a ready residual network, from the input on: of `residualMlp`, or of a convolutional one of preactivation
 * blocks.
 *
 * @throws Error when it has none.
 */
export function residualBlocks(model: Model): ResidualBlock[] {
  const types = new Map(model.layers.map(({ name, type }) => [name, type]));
  const first = (...names: string[]) => names.find((name) => types.has(name));
  const blocks: ResidualBlock[] = [];
  for (const sum of types.keys()) {
    if (types.get(sum) !== "add") continue;
    const block = sum.replace(/_add$/, "");
    const before = blocks.at(-1);
    const scale = first(`${block}_scale`);
    const branch = first(`${block}_dense`, `${block}_conv_2`)!;
    const shortened = first(`${block}_shortcut_padding`, `${block}_shortcut_pool`);
    const projection = first(`${block}_shortcut`);
    const normalization = first(`${block}_normalization`, `${block}_normalization_1`);
    blocks.push({
      position: projection || !before ? 1 : before.position + 1,
      skip: projection ?? shortened ?? before?.output ?? "stem",
      branch: scale && types.get(scale) === "scale" ? scale : branch,
      sum,
      output: scale && types.get(scale) === "rescaling" ? scale : sum,
      ...(normalization && { normalization }),
    });
  }
  if (blocks.length === 0) throw new Error("The network has no residual blocks.");
  return blocks;
}
