import type { Graph, Value } from "../graph/graph.js";
import type { Tensor } from "../tensor/tensor.js";
import type { WeightRole } from "../weights/index.js";
import type { Schedule } from "./schedules.js";

/** Options that every optimiser takes. */
export interface OptimizerOptions {
  /** A number or a schedule over steps. The default is each optimiser's own. */
  learningRate?: number | Schedule;
  /** Share of the weights that decays. Default 0. How it acts is each optimiser's `decoupled`. */
  weightDecay?: number;
  /**
   * True: weights shrink by rate · weightDecay beside the gradient's step (Loshchilov & Hutter 2019). False:
   * weightDecay · w is added to the gradient (L2, as PyTorch's `weight_decay`). Default false, true for AdamW.
   */
  decoupled?: boolean;
  /** Weights that do not decay, by role; often `["bias", "gamma", "beta"]`. Default none are excluded. */
  excludeFromWeightDecay?: readonly WeightRole[];
  /** Each element of a gradient is kept within ±clipValue. */
  clipValue?: number;
  /** Each weight's gradient is scaled down to this Euclidean norm. */
  clipNorm?: number;
  /** All gradients are scaled down together to this norm over all of them (Pascanu et al. 2013). */
  globalClipNorm?: number;
}

/** A weight that the optimiser moves. */
export interface Parameter {
  /** For example `dense_1/kernel`. */
  name: string;
  role: WeightRole;
  shape: readonly number[];
  /** Its value before the step. */
  value: Value;
  /** ∂loss/∂value. */
  gradient: Value;
}

/** A tensor that an optimiser keeps: its name is `optimizer/…`. */
export interface Slot {
  name: string;
  initial: Tensor;
}

/** What one weight's rule can use. */
export interface UpdateContext {
  learningRate: Value;
  /** The value of one of the rule's tensors before the step. */
  slot(name: string): Value;
  /** Gives it its value after the step. */
  keep(name: string, next: Value): void;
}

/** How weights follow their gradients. The same object describes the update and the state it needs. */
export interface Optimizer {
  readonly type: string;
  /** Everything from which it is made again, as plain data. */
  readonly options: OptimizerOptions & Readonly<Record<string, unknown>>;
  readonly schedule: Schedule;
  /** The tensors it keeps for these weights. */
  slots(parameters: readonly Pick<Parameter, "name" | "shape">[]): Slot[];
  /**
   * Writes the update of all weights into the graph.
   *
   * @param differentiate gives the gradients. `scaled` ones are multiplied by the learning rate already, at
   * no cost, which a rule that is linear in the gradient can ask for.
   * @returns the new values of weights and slots, by name.
   */
  build(
    graph: Graph,
    parameters: readonly Omit<Parameter, "gradient">[],
    learningRate: Value,
    slot: (name: string) => Value,
    differentiate: (scaled: boolean) => Value[],
  ): Map<string, Value>;
}
