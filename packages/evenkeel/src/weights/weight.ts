import type { Initializer } from "./initializers.js";
import type { Regularizer } from "./regularizers.js";

/** What a weight is: weight decay and summaries tell them apart by it. */
export type WeightRole = "kernel" | "bias" | "gamma" | "beta" | "scale" | "slope" | "statistic" | "counter";

/** A tensor that a layer owns. */
export interface WeightSpecification {
  /** Its name in the layer, for example `kernel`. */
  name: string;
  shape: readonly number[];
  role: WeightRole;
  initializer: Initializer;
  regularizer?: Regularizer | undefined;
}
