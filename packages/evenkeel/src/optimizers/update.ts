import type { Value } from "../graph/graph.js";
import { add, clip, div, maximum, mul, reduceSum, sqrt, sub } from "../graph/operations.js";
import { shown } from "../options/known.js";
import { zeros } from "../tensor/tensor.js";
import type { WeightRole } from "../weights/index.js";
import type { Optimizer, OptimizerOptions, Parameter, UpdateContext } from "./optimizer.js";
import { scheduleOf } from "./schedules.js";

/** One optimiser's own part: which tensors it keeps for a weight, and the weight after the step. */
export interface UpdateRule {
  /** Tensors of the weight's shape, beginning at 0. */
  perWeight: readonly string[];
  /** Scalars for all weights, beginning at 0, advanced once a step. */
  shared?: Readonly<Record<string, (before: Value) => Value>>;
  /** The rule is linear in the gradient, which then comes multiplied by the learning rate. */
  linear?: boolean;
  /** The weight after the step. */
  step(weight: Value, gradient: Value, context: UpdateContext): Value;
}

const trainedRoles: readonly WeightRole[] = ["kernel", "bias", "gamma", "beta", "scale", "slope"];

/** An optimiser from its rule: adds weight decay, clipping and the naming of its tensors. */
export function optimizer<Options extends OptimizerOptions>(
  type: string,
  options: Options & { learningRate: NonNullable<OptimizerOptions["learningRate"]> },
  rule: UpdateRule,
): Optimizer {
  const { weightDecay = 0 } = options;
  if (!(Number.isFinite(weightDecay) && weightDecay >= 0)) {
    throw new RangeError(`${type}: weightDecay must be a finite number of at least 0, got ${weightDecay}.`);
  }
  for (const name of ["clipValue", "clipNorm", "globalClipNorm"] as const) {
    const value = options[name];
    if (value !== undefined && !(Number.isFinite(value) && value > 0)) {
      throw new RangeError(`${type}: ${name} must be a finite number above 0, got ${value}.`);
    }
  }
  for (const role of options.excludeFromWeightDecay ?? []) {
    if (trainedRoles.includes(role)) continue;
    throw new RangeError(
      `${type}: excludeFromWeightDecay names roles (${trainedRoles.join(", ")}), got ${shown(role)}.`,
    );
  }
  const shared = rule.shared ?? {};
  const clips = options.clipValue ?? options.clipNorm ?? options.globalClipNorm;
  return {
    type,
    options: options as Optimizer["options"],
    schedule: scheduleOf(options.learningRate),
    slots: (parameters) => [
      ...Object.keys(shared).map((name) => ({ name: `optimizer/${name}`, initial: zeros("float32", []) })),
      ...parameters.flatMap(({ name, shape }) =>
        rule.perWeight.map((slot) => ({
          name: `optimizer/${name}/${slot}`,
          initial: zeros("float32", shape),
        })),
      ),
    ],
    build(graph, parameters, learningRate, slot, differentiate) {
      const scaled = rule.linear === true && clips === undefined;
      const next = new Map<string, Value>();
      const raw = differentiate(scaled);
      const sharedNow = new Map<string, Value>();
      for (const [name, advance] of Object.entries(shared)) {
        const after = graph.within("optimizer", () => advance(slot(`optimizer/${name}`)), { absolute: true });
        sharedNow.set(name, after);
        next.set(`optimizer/${name}`, after);
      }
      const moved = graph.within("optimizer", () => clipped(raw, options), { absolute: true });
      for (const [index, parameter] of parameters.entries()) {
        const prefix = `optimizer/${parameter.name}`;
        graph.within(
          prefix,
          () => {
            const gradient = rule.linear && !scaled ? mul(moved[index]!, learningRate) : moved[index]!;
            const { weight, descent } = decayed(
              parameter,
              gradient,
              learningRate,
              options,
              rule.linear === true,
            );
            const after = rule.step(weight, descent, {
              learningRate,
              slot: (name) => sharedNow.get(name) ?? slot(`${prefix}/${name}`),
              keep: (name, value) => next.set(`${prefix}/${name}`, value),
            });
            next.set(parameter.name, after);
          },
          { absolute: true },
        );
      }
      return next;
    },
  };
}

/** The weight and gradient that the rule works on, after weight decay. */
function decayed(
  { role, value }: Pick<Parameter, "role" | "value">,
  gradient: Value,
  learningRate: Value,
  options: OptimizerOptions,
  gradientHasRate: boolean,
): { weight: Value; descent: Value } {
  const { weightDecay = 0, decoupled = false, excludeFromWeightDecay = [] } = options;
  if (weightDecay === 0 || excludeFromWeightDecay.includes(role)) return { weight: value, descent: gradient };
  if (decoupled) {
    return { weight: mul(value, sub(1, mul(learningRate, weightDecay))), descent: gradient };
  }
  const pull = gradientHasRate ? mul(mul(learningRate, weightDecay), value) : mul(value, weightDecay);
  return { weight: value, descent: add(gradient, pull) };
}

function clipped(gradients: readonly Value[], options: OptimizerOptions): readonly Value[] {
  const { clipValue, clipNorm, globalClipNorm } = options;
  let result = gradients;
  if (clipValue !== undefined) result = result.map((gradient) => clip(gradient, -clipValue, clipValue));
  if (clipNorm !== undefined) {
    result = result.map((gradient) => scaledTo(clipNorm, squaredNorm(gradient), gradient));
  }
  if (globalClipNorm !== undefined && result.length > 0) {
    const total = result.map(squaredNorm).reduce((sum, term) => add(sum, term));
    result = result.map((gradient) => scaledTo(globalClipNorm, total, gradient));
  }
  return result;
}

function squaredNorm(gradient: Value): Value {
  return reduceSum(mul(gradient, gradient));
}

/** gradient · limit / max(norm, limit): unchanged inside the limit, and never divided by 0. */
function scaledTo(limit: number, squared: Value, gradient: Value): Value {
  return mul(gradient, div(limit, maximum(sqrt(squared), limit)));
}
