import { describe, expect, it } from "vitest";
import { gradients } from "../autodiff/index.js";
import { add, type Graph, mul, reduceSum, type Value } from "../graph/index.js";
import { type Tensor, tensor } from "../tensor/tensor.js";
import { compile } from "../testing/evaluate.js";
import { expectClose } from "../testing/expect-close.js";
import { golden } from "../testing/golden.js";
import type { WeightRole } from "../weights/index.js";
import {
  type Optimizer,
  type OptimizerName,
  type OptimizerOptions,
  optimizerOf,
  optimizers,
  rateAt,
  restoreOptimizer,
  schedules,
} from "./index.js";

interface Case {
  name: string;
  optimizer: string;
  convention: "pytorch" | "keras";
  learningRates: number[];
  rule: string;
  pytorch: string | null;
  weight: number[][];
  bias: number[][];
  clipNorm?: number;
  [option: string]: unknown;
}

/** Written by tools/golden/optimizers.py: PyTorch in float64, and Keras's formulas. */
const reference = golden<{
  weightShape: number[];
  biasShape: number[];
  initialWeight: number[];
  initialBias: number[];
  weightGradients: number[][];
  biasGradients: number[][];
  cases: Case[];
}>("optimizers.json");

/** 20 steps, each of some roundings of float32 (6e-8) of the weight. */
const tolerance = { relative: 2e-6, absolute: 2e-6 };

/**
 * PyTorch's momentum keeps the rate outside its velocity, so that the two part where the rate changes; Keras's
 * Adam and RMSProp have epsilon elsewhere. Ours is Keras's velocity, and otherwise the papers' and PyTorch's.
 */
const othersConventions = [
  "momentum, scheduled",
  "nesterov, scheduled",
  "adam, keras",
  "rmsprop, keras",
  "rmsprop, momentum, keras",
  "rmsprop, centered, keras",
];

describe("optimizers", () => {
  it.each(reference.cases.filter(({ name }) => !othersConventions.includes(name)))(
    "take the reference's 20 steps: $name",
    async (example) => {
      const { path } = await trajectory(ours(example), example.learningRates);
      for (const [step, { weight, bias }] of path.entries()) {
        expectClose(weight, example.weight[step]!, tolerance);
        expectClose(bias, example.bias[step]!, tolerance);
      }
    },
  );

  it.each(reference.cases.filter(({ name }) => othersConventions.includes(name)))(
    "part from the convention that is not ours: $name",
    async (example) => {
      const { path } = await trajectory(ours(example), example.learningRates);
      expect(() => expectClose(path.at(-1)!.weight, example.weight.at(-1)!, tolerance)).toThrow();
    },
  );

  it("ask for gradients that carry the rate where their rule is linear and nothing is clipped", async () => {
    const scaled = async (optimizer: Optimizer) => (await trajectory(optimizer, [0.1])).scaled;
    expect(await scaled(optimizers.sgd())).toEqual([true]);
    expect(await scaled(optimizers.sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.1 }))).toEqual([true]);
    expect(await scaled(optimizers.sgd({ clipValue: 1 }))).toEqual([false]);
    expect(await scaled(optimizers.sgd({ clipNorm: 1 }))).toEqual([false]);
    expect(await scaled(optimizers.sgd({ globalClipNorm: 1 }))).toEqual([false]);
    expect(await scaled(optimizers.adam())).toEqual([false]);
    expect(await scaled(optimizers.rmsProp())).toEqual([false]);
  });

  const changing = schedules.warmUp({ steps: 5, after: schedules.cosine({ initial: 0.1, steps: 15 }) });
  const rates = reference.weightGradients.map((_, step) => rateAt(changing, step));

  it.each([{}, { momentum: 0.9 }, { momentum: 0.9, nesterov: true }, { momentum: 0.8, weightDecay: 0.05 }])(
    "take the same steps whether the rate comes with the gradients or after them: sgd %j",
    async (options) => {
      const withRate = await trajectory(optimizers.sgd(options), rates);
      // A clip that nothing reaches.
      const after = await trajectory(optimizers.sgd({ ...options, clipValue: 1e6 }), rates);
      expect([withRate.scaled, after.scaled]).toEqual([[true], [false]]);
      for (const [step, { weight, bias }] of withRate.path.entries()) {
        expectClose(weight, after.path[step]!.weight, tolerance);
        expectClose(bias, after.path[step]!.bias, tolerance);
      }
    },
  );

  /** The rules again, in float64, where the reference has no case. */
  const recomputed: {
    name: string;
    optimizer: Optimizer;
    step: (w: number, g: number, rate: number, slots: Record<string, number>, t: number) => number;
  }[] = [
    {
      name: "sgd with decoupled decay",
      optimizer: optimizers.sgd({ weightDecay: 0.1, decoupled: true }),
      step: (w, g, rate) => w * (1 - rate * 0.1) - rate * g,
    },
    {
      name: "momentum with decoupled decay",
      optimizer: optimizers.sgd({ momentum: 0.9, weightDecay: 0.1, decoupled: true }),
      step(w, g, rate, slots) {
        slots.v = 0.9 * (slots.v ?? 0) - rate * g;
        return w * (1 - rate * 0.1) + slots.v;
      },
    },
    {
      name: "nesterov with L2 decay",
      optimizer: optimizers.sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.1 }),
      step(w, g, rate, slots) {
        const pulled = g + 0.1 * w;
        slots.v = 0.9 * (slots.v ?? 0) - rate * pulled;
        return w + 0.9 * slots.v - rate * pulled;
      },
    },
    {
      name: "adam with its defaults",
      optimizer: optimizers.adam(),
      step: adamStep(0.9, 0.999, 1e-7),
    },
    {
      name: "adamW with other decays",
      optimizer: optimizers.adamW({ beta1: 0.5, beta2: 0.9, epsilon: 1e-3, weightDecay: 0.2 }),
      step: (w, g, rate, slots, t) => adamStep(0.5, 0.9, 1e-3)(w * (1 - rate * 0.2), g, rate, slots, t),
    },
    {
      name: "rmsProp with momentum, Keras's velocity",
      optimizer: optimizers.rmsProp({ rho: 0.8, momentum: 0.7, epsilon: 1e-3 }),
      step(w, g, rate, slots) {
        slots.s = 0.8 * (slots.s ?? 0) + 0.2 * g * g;
        slots.v = 0.7 * (slots.v ?? 0) + (rate * g) / (Math.sqrt(slots.s) + 1e-3);
        return w - slots.v;
      },
    },
    {
      name: "rmsProp, centered, with L2 decay",
      optimizer: optimizers.rmsProp({ centered: true, epsilon: 1e-2, weightDecay: 0.05 }),
      step(w, g, rate, slots) {
        const pulled = g + 0.05 * w;
        slots.s = 0.9 * (slots.s ?? 0) + 0.1 * pulled ** 2;
        slots.m = 0.9 * (slots.m ?? 0) + 0.1 * pulled;
        return w - (rate * pulled) / (Math.sqrt(slots.s - slots.m ** 2) + 1e-2);
      },
    },
    {
      name: "adam, each gradient clipped to ±0.3",
      optimizer: optimizers.adam({ clipValue: 0.3 }),
      step: (w, g, ...rest) => adamStep(0.9, 0.999, 1e-7)(w, Math.max(-0.3, Math.min(0.3, g)), ...rest),
    },
  ];
  it.each(recomputed)("follow their formula at changing rates: $name", async ({ optimizer, step }) => {
    const { path } = await trajectory(optimizer, rates);
    for (const name of ["weight", "bias"] as const) {
      const expected = initial[name].slice();
      const slots = expected.map((): Record<string, number> => ({}));
      for (const [k, rate] of rates.entries()) {
        const g = givenGradients[name][k]!;
        for (const [i, w] of expected.entries()) expected[i] = step(w, g[i]!, rate, slots[i]!, k + 1);
        expectClose(path[k]![name], expected, tolerance);
      }
    }
  });

  it("spare the roles that are excluded from decay", async () => {
    const zero = { weight: [new Array(6).fill(0)], bias: [[0, 0]] };
    for (const options of [{ decoupled: true }, { decoupled: false }]) {
      const optimizer = optimizers.sgd({ ...options, weightDecay: 0.5, excludeFromWeightDecay: ["bias"] });
      const { path } = await trajectory(optimizer, [0.1], zero);
      expectClose(
        path[0]!.weight,
        initial.weight.map((w) => w * 0.95),
        tolerance,
      );
      expect(path[0]!.bias).toEqual(Array.from(Float32Array.from(initial.bias)));
    }
  });
});

describe("clipping", () => {
  const one = { weight: [[3, 0, 0, -4, 0, 0]], bias: [[0, 0.5]] };
  const moved = async (options: OptimizerOptions, given = one) => {
    const { path } = await trajectory(optimizers.sgd({ ...options, learningRate: 1 }), [1], given);
    const change = (name: "weight" | "bias") => path[0]![name].map((w, i) => initial[name][i]! - w);
    return { weight: change("weight"), bias: change("bias") };
  };
  const close = { absolute: 1e-6 };

  it("by clipValue keeps each element within the limit", async () => {
    const { weight, bias } = await moved({ clipValue: 2 });
    expectClose(weight, [2, 0, 0, -2, 0, 0], close);
    expectClose(bias, [0, 0.5], close);
  });

  it("by clipNorm scales each weight's gradient on its own, and leaves short ones alone", async () => {
    const { weight, bias } = await moved({ clipNorm: 1 });
    expectClose(weight, [0.6, 0, 0, -0.8, 0, 0], close);
    expectClose(bias, [0, 0.5], close);
  });

  it("by globalClipNorm scales all gradients together", async () => {
    const norm = Math.sqrt(25.25);
    const { weight, bias } = await moved({ globalClipNorm: 1 });
    expectClose(weight, [3 / norm, 0, 0, -4 / norm, 0, 0], close);
    expectClose(bias, [0, 0.5 / norm], close);
    const free = await moved({ globalClipNorm: 6 });
    expectClose(free.weight, one.weight[0]!, close);
  });

  it("makes no NaN of a gradient of 0", async () => {
    const zero = { weight: [new Array(6).fill(0)], bias: [[0, 0]] };
    const { weight, bias } = await moved({ clipValue: 1, clipNorm: 1, globalClipNorm: 1 }, zero);
    expectClose([...weight, ...bias], new Array(8).fill(0), close);
  });
});

describe("an optimizer", () => {
  it("stays finite where a steady gradient has no deviation: centered rmsProp", async () => {
    // Of these, float32 makes the mean of squares smaller than the square of the mean after 140 steps.
    const steps = 200;
    const steady = {
      weight: new Array(steps).fill([0.09, 0.18, 0.63, 0.73, 0.77, 0.87]),
      bias: new Array(steps).fill([0.91, 1.21]),
    };
    const { path } = await trajectory(
      optimizers.rmsProp({ centered: true }),
      new Array(steps).fill(1e-6),
      steady,
    );
    for (const { weight, bias } of path) expect([...weight, ...bias].every(Number.isFinite)).toBe(true);
  });

  it("says which tensors it keeps, all beginning at 0", () => {
    const parameters = [{ name: "dense_1/kernel", shape: [3, 2] }];
    const names = (optimizer: Optimizer) => optimizer.slots(parameters).map(({ name }) => name);
    expect(names(optimizers.sgd())).toEqual([]);
    expect(names(optimizers.sgd({ momentum: 0.9 }))).toEqual(["optimizer/dense_1/kernel/velocity"]);
    expect(names(optimizers.adam())).toEqual([
      "optimizer/firstCorrection",
      "optimizer/secondCorrection",
      "optimizer/dense_1/kernel/firstMoment",
      "optimizer/dense_1/kernel/secondMoment",
    ]);
    expect(names(optimizers.rmsProp({ centered: true, momentum: 0.5 }))).toEqual([
      "optimizer/dense_1/kernel/secondMoment",
      "optimizer/dense_1/kernel/mean",
      "optimizer/dense_1/kernel/velocity",
    ]);
    for (const { name, initial } of optimizers.adam().slots(parameters)) {
      expect(initial.shape).toEqual(name.includes("kernel") ? [3, 2] : []);
      expect(initial.data.every((value) => Number(value) === 0)).toBe(true);
    }
  });

  it("has its own default rate and decay, also where they are given as undefined", () => {
    const none = { learningRate: undefined, weightDecay: undefined, decoupled: undefined };
    for (const [name, rate] of [
      ["sgd", 0.01],
      ["adam", 0.001],
      ["adamW", 0.001],
      ["rmsProp", 0.001],
    ] as const) {
      expect(optimizerOf(name).schedule).toEqual({ type: "constant", rate });
      expect(optimizers[name](none).schedule).toEqual({ type: "constant", rate });
    }
    expect(optimizers.adamW(none).options).toMatchObject({ weightDecay: 0.004, decoupled: true });
    expect(optimizerOf("adamW").options).toMatchObject({ weightDecay: 0.004, decoupled: true });
  });

  it.each([
    optimizers.sgd({
      momentum: 0.5,
      nesterov: true,
      learningRate: schedules.cosine({ initial: 1, steps: 9 }),
    }),
    optimizers.adam({ beta1: 0.5, epsilon: 1e-4, clipNorm: 2 }),
    optimizers.adamW({ weightDecay: 0.3, excludeFromWeightDecay: ["bias", "gamma"] }),
    optimizers.rmsProp({ rho: 0.5, centered: true, momentum: 0.1 }),
  ])("is made again from its type and options: $type", (optimizer) => {
    const stored = JSON.parse(JSON.stringify(optimizer.options)) as OptimizerOptions;
    const again = restoreOptimizer(optimizer.type, stored);
    expect([again.type, again.options, again.schedule]).toEqual([
      optimizer.type,
      optimizer.options,
      optimizer.schedule,
    ]);
    const parameters = [{ name: "w", shape: [2] }];
    expect(again.slots(parameters)).toEqual(optimizer.slots(parameters));
  });

  it.each([
    ["sgd", { momentum: 1 }, "sgd: momentum must be at least 0 and below 1, got 1."],
    ["sgd", { nesterov: true }, "sgd: nesterov needs a momentum above 0."],
    ["sgd", { weightDecay: -1 }, "sgd: weightDecay must be a finite number of at least 0, got -1."],
    ["sgd", { clipNorm: 0 }, "sgd: clipNorm must be a finite number above 0, got 0."],
    ["adam", { clipValue: -1 }, "adam: clipValue must be a finite number above 0, got -1."],
    [
      "adam",
      { globalClipNorm: Number.NaN },
      "adam: globalClipNorm must be a finite number above 0, got NaN.",
    ],
    ["adam", { beta1: 1 }, "adam: beta1 must be at least 0 and below 1, got 1."],
    ["adamW", { beta2: -0.1 }, "adamW: beta2 must be at least 0 and below 1, got -0.1."],
    ["adam", { epsilon: 0 }, "adam: epsilon must be a finite number above 0, got 0."],
    ["rmsProp", { rho: 1.5 }, "rmsProp: rho must be at least 0 and below 1, got 1.5."],
    ["rmsProp", { momentum: -1 }, "rmsProp: momentum must be at least 0 and below 1, got -1."],
    ["rmsProp", { epsilon: -1 }, "rmsProp: epsilon must be a finite number above 0, got -1."],
    ["sgd", { learningRate: -1 }, "The learning rate must be a finite number of at least 0, got -1."],
  ])("refuses what cannot work: %s %j", (type, options, message) => {
    expect(() => restoreOptimizer(type, options as OptimizerOptions)).toThrow(message);
  });

  it.each(["lion", "toString"])("of the name %s is refused, listing those there are", (name) => {
    const message = `There is no optimizer "${name}". There are: sgd, adam, adamW, rmsProp.`;
    expect(() => optimizerOf(name as OptimizerName)).toThrow(message);
    expect(() => restoreOptimizer(name, {})).toThrow(message);
  });
});

const initial = { weight: reference.initialWeight, bias: reference.initialBias };
const givenGradients = { weight: reference.weightGradients, bias: reference.biasGradients };

/** The optimiser of ours that a case of the reference is about. */
function ours(example: Case): Optimizer {
  const { optimizer, clipNorm, learningRates, ...options } = example;
  const type = { sgd: "sgd", adam: "adam", adamw: "adamW", rmsprop: "rmsProp" }[optimizer]!;
  return restoreOptimizer(type, {
    ...Object.fromEntries(
      ["momentum", "nesterov", "weightDecay", "beta1", "beta2", "epsilon", "rho", "centered", "clipValue"]
        .filter((name) => name in options)
        .map((name) => [name, options[name]]),
    ),
    // PyTorch clips by the norm over all weights.
    ...(clipNorm === undefined ? {} : { globalClipNorm: clipNorm }),
    learningRate: learningRates[0]!,
  });
}

/** Where the weights are after each step with given gradients, and how the optimiser asked for these. */
async function trajectory(
  optimizer: Optimizer,
  rates: readonly number[],
  given: { weight: number[][]; bias: number[][] } = givenGradients,
): Promise<{ path: { weight: number[]; bias: number[] }[]; scaled: boolean[] }> {
  const shapes = { weight: reference.weightShape, bias: reference.biasShape };
  const roles: Record<string, WeightRole> = { weight: "kernel", bias: "bias" };
  const parameters = (["weight", "bias"] as const).map((name) => ({
    name,
    shape: shapes[name],
    role: roles[name]!,
  }));
  const state = new Map<string, Tensor>(
    optimizer.slots(parameters).map(({ name, initial }) => [name, initial]),
  );
  for (const { name, shape } of parameters) state.set(name, tensor(Float32Array.from(initial[name]), shape));
  const scaled: boolean[] = [];
  const names: string[] = [];
  const feedsAt = (step: number) => ({
    ...Object.fromEntries(state),
    ...Object.fromEntries(
      parameters.map(({ name, shape }) => [
        `${name}/given`,
        tensor(Float32Array.from(given[name][step]!), shape),
      ]),
    ),
    learningRate: tensor(Float32Array.of(rates[step]!), []),
  });
  const compiled = await compile((graph: Graph, declared) => {
    const inputs = declared as Readonly<Record<string, Value>>;
    const values = parameters.map((parameter) => ({ ...parameter, value: inputs[parameter.name]! }));
    const differentiate = (byRate: boolean) => {
      scaled.push(byRate);
      // The loss whose gradients are those given.
      const terms = values.map(({ name, value }) => reduceSum(mul(value, inputs[`${name}/given`]!)));
      const loss = terms.reduce((sum, term) => add(sum, term));
      return gradients(
        loss,
        values.map(({ value }) => value),
        byRate ? inputs.learningRate : undefined,
      );
    };
    const next = optimizer.build(graph, values, inputs.learningRate!, (name) => inputs[name]!, differentiate);
    names.push(...next.keys());
    return [...next.values()];
  }, feedsAt(0));
  const path: { weight: number[]; bias: number[] }[] = [];
  try {
    expect(names.toSorted()).toEqual([...state.keys()].toSorted());
    for (const step of rates.keys()) {
      const after = await compiled.run(feedsAt(step));
      for (const [index, name] of names.entries()) state.set(name, after[index]!);
      const numbers = (name: string) => Array.from(state.get(name)!.data, Number);
      path.push({ weight: numbers("weight"), bias: numbers("bias") });
    }
  } finally {
    await compiled.release();
  }
  return { path, scaled };
}

/** One step of Kingma & Ba's Algorithm 1. */
function adamStep(beta1: number, beta2: number, epsilon: number) {
  return (w: number, g: number, rate: number, slots: Record<string, number>, t: number): number => {
    slots.m = beta1 * (slots.m ?? 0) + (1 - beta1) * g;
    slots.v = beta2 * (slots.v ?? 0) + (1 - beta2) * g * g;
    const corrected = Math.sqrt(slots.v / (1 - beta2 ** t));
    return w - (rate * (slots.m / (1 - beta1 ** t))) / (corrected + epsilon);
  };
}
