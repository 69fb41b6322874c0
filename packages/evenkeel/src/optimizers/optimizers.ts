import { add, div, mul, relu, sqrt, sub } from "../graph/operations.js";
import { requireKnown, shown } from "../options/known.js";
import type { Optimizer, OptimizerOptions } from "./optimizer.js";
import { optimizer } from "./update.js";

/** Options of `optimizers.sgd`. */
export interface SgdOptions extends OptimizerOptions {
  /** Share of the last step that is repeated. Default 0; Keras's velocity, v ← momentum · v − rate · g. */
  momentum?: number;
  /** Look ahead along the velocity (Nesterov 1983; Sutskever et al. 2013). Default false. */
  nesterov?: boolean;
}

/** Options of `optimizers.adam` and `optimizers.adamW`. */
export interface AdamOptions extends OptimizerOptions {
  /** Decay of the mean of gradients. Default 0.9. */
  beta1?: number;
  /** Decay of the mean of squared gradients. Default 0.999. */
  beta2?: number;
  /** Added to the root of the second moment, after its bias is corrected. Default 1e-7, Keras's; PyTorch has 1e-8. */
  epsilon?: number;
}

/** Options of `optimizers.rmsProp`. */
export interface RmsPropOptions extends OptimizerOptions {
  /** Decay of the mean of squared gradients. Default 0.9. */
  rho?: number;
  /** Share of the last step that is repeated. Default 0. */
  momentum?: number;
  /** Divide by the deviation around the mean gradient. Default false. */
  centered?: boolean;
  /** Added to the root of the second moment. Default 1e-7. */
  epsilon?: number;
}

const optimizerOptionNames: Readonly<Record<keyof OptimizerOptions, true>> = {
  learningRate: true,
  weightDecay: true,
  decoupled: true,
  excludeFromWeightDecay: true,
  clipValue: true,
  clipNorm: true,
  globalClipNorm: true,
};

const adamOptionNames: Readonly<Record<keyof AdamOptions, true>> = {
  ...optimizerOptionNames,
  beta1: true,
  beta2: true,
  epsilon: true,
};

/** Makers of optimisers. */
export const optimizers = {
  /**
   * Stochastic gradient descent: w ← w − rate · g; with momentum v ← momentum · v − rate · g, w ← w + v; with
   * Nesterov's form w ← w + momentum · v − rate · g. Default rate 0.01.
   */
  sgd(options: SgdOptions = {}): Optimizer {
    requireOptions("sgd", options, { ...optimizerOptionNames, momentum: true, nesterov: true });
    const { momentum = 0, nesterov = false } = options;
    requireShare("sgd", "momentum", momentum);
    if (nesterov && momentum === 0) throw new RangeError("sgd: nesterov needs a momentum above 0.");
    return optimizer(
      "sgd",
      { ...options, learningRate: options.learningRate ?? 0.01 },
      {
        perWeight: momentum > 0 ? ["velocity"] : [],
        linear: true,
        step(weight, step, { slot, keep }) {
          if (momentum === 0) return sub(weight, step);
          const velocity = sub(mul(slot("velocity"), momentum), step);
          keep("velocity", velocity);
          return nesterov ? add(sub(weight, step), mul(velocity, momentum)) : add(weight, velocity);
        },
      },
    );
  },

  /** Adam (Kingma & Ba 2015, Algorithm 1). Default rate 0.001. */
  adam(options: AdamOptions = {}): Optimizer {
    requireOptions("adam", options, adamOptionNames);
    return adam("adam", { ...options, learningRate: options.learningRate ?? 0.001 });
  },

  /** Adam with decoupled weight decay (Loshchilov & Hutter 2019). Defaults: rate 0.001, weightDecay 0.004 (Keras). */
  adamW(options: AdamOptions = {}): Optimizer {
    requireOptions("adamW", options, adamOptionNames);
    const { learningRate = 0.001, weightDecay = 0.004, decoupled = true } = options;
    return adam("adamW", { ...options, learningRate, weightDecay, decoupled });
  },

  /** RMSProp (Tieleman & Hinton 2012; PyTorch's form, the root before epsilon). Default rate 0.001. */
  rmsProp(options: RmsPropOptions = {}): Optimizer {
    requireOptions("rmsProp", options, {
      ...optimizerOptionNames,
      rho: true,
      momentum: true,
      centered: true,
      epsilon: true,
    });
    const { rho = 0.9, momentum = 0, centered = false, epsilon = 1e-7 } = options;
    requireShare("rmsProp", "rho", rho);
    requireShare("rmsProp", "momentum", momentum);
    requireEpsilon("rmsProp", epsilon);
    return optimizer(
      "rmsProp",
      { ...options, learningRate: options.learningRate ?? 0.001 },
      {
        perWeight: ["secondMoment", ...(centered ? ["mean"] : []), ...(momentum > 0 ? ["velocity"] : [])],
        step(weight, gradient, { learningRate, slot, keep }) {
          const second = add(mul(slot("secondMoment"), rho), mul(mul(gradient, gradient), 1 - rho));
          keep("secondMoment", second);
          let spread = second;
          if (centered) {
            const mean = add(mul(slot("mean"), rho), mul(gradient, 1 - rho));
            keep("mean", mean);
            // Rounding can leave the variance of a steady gradient a hair below 0.
            spread = relu(sub(second, mul(mean, mean)));
          }
          const step = div(mul(gradient, learningRate), add(sqrt(spread), epsilon));
          if (momentum === 0) return sub(weight, step);
          const velocity = add(mul(slot("velocity"), momentum), step);
          keep("velocity", velocity);
          return sub(weight, velocity);
        },
      },
    );
  },
} as const;

export type OptimizerName = keyof typeof optimizers;

/** The optimiser of a name with its defaults, or the one given. @throws RangeError for an unknown name. */
export function optimizerOf(given: OptimizerName | Optimizer): Optimizer {
  if (typeof given === "string") return restoreOptimizer(given, {});
  if (typeof given?.build === "function" && typeof given.slots === "function") return given;
  throw new TypeError(
    `optimizer must be a name or made by optimizers.sgd({...}) and its like, got ${shown(given)}.`,
  );
}

/** Makes an optimiser from what `type` and `options` of another say. @throws RangeError for an unknown type. */
export function restoreOptimizer(type: string, options: OptimizerOptions): Optimizer {
  if (Object.hasOwn(optimizers, type)) return optimizers[type as OptimizerName](options);
  throw new RangeError(`There is no optimizer "${type}". There are: ${Object.keys(optimizers).join(", ")}.`);
}

/**
 * m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ), w ← w − rate · m̂/(√v̂ + ε). The corrections are kept as numbers that grow
 * from 0, c ← βc + (1 − β): in float32, 1 − β₂ᵗ itself would lose half its digits in the first steps.
 */
function adam(
  type: string,
  options: AdamOptions & { learningRate: NonNullable<OptimizerOptions["learningRate"]> },
) {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = options;
  requireShare(type, "beta1", beta1);
  requireShare(type, "beta2", beta2);
  requireEpsilon(type, epsilon);
  return optimizer(type, options, {
    perWeight: ["firstMoment", "secondMoment"],
    shared: {
      firstCorrection: (before) => add(mul(before, beta1), 1 - beta1),
      secondCorrection: (before) => add(mul(before, beta2), 1 - beta2),
    },
    step(weight, gradient, { learningRate, slot, keep }) {
      const first = add(mul(slot("firstMoment"), beta1), mul(gradient, 1 - beta1));
      const second = add(mul(slot("secondMoment"), beta2), mul(mul(gradient, gradient), 1 - beta2));
      keep("firstMoment", first);
      keep("secondMoment", second);
      const rate = div(learningRate, slot("firstCorrection"));
      const root = mul(sqrt(second), div(1, sqrt(slot("secondCorrection"))));
      return sub(weight, div(mul(first, rate), add(root, epsilon)));
    },
  });
}

/** TensorFlow.js takes the rate alone; the error says how it is given here. */
function requireOptions<Options extends object>(
  type: string,
  options: Options,
  known: Readonly<Record<keyof Options, true>>,
): void {
  if (typeof options === "number") {
    throw new TypeError(`optimizers.${type} takes an object of options: { learningRate: ${options} }.`);
  }
  requireKnown(`optimizers.${type}`, options, known);
}

function requireShare(type: string, option: string, value: number): void {
  if (!(value >= 0 && value < 1)) {
    throw new RangeError(`${type}: ${option} must be at least 0 and below 1, got ${value}.`);
  }
}

function requireEpsilon(type: string, epsilon: number): void {
  if (!(epsilon > 0 && Number.isFinite(epsilon))) {
    throw new RangeError(`${type}: epsilon must be a finite number above 0, got ${epsilon}.`);
  }
}
