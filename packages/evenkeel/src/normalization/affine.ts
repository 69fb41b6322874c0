import type { Value } from "../graph/graph.js";
import { expand, reshape } from "../graph/operations.js";

/** gamma and beta, `[C]`, where the layer has them. */
export interface Affine {
  gamma: Value | undefined;
  beta: Value | undefined;
}

/** Neither gamma nor beta. */
export const plain: Affine = { gamma: undefined, beta: undefined };

/** gamma and beta for channels that are repeated: `[C] → [times · C]`. */
export function repeated({ gamma, beta }: Affine, times: number): Affine {
  const repeat = (vector: Value | undefined) => {
    if (!vector) return undefined;
    const count = vector.shape[0] as number;
    return reshape(expand(reshape(vector, [1, count]), [times, count]), [times * count]);
  };
  return { gamma: repeat(gamma), beta: repeat(beta) };
}
