import { webRuntime } from "evenkeel";
import {
  curvatures,
  type DescentPoint,
  descentPath,
  type FeatureRange,
  type FeatureSample,
  featureSample,
  type InputForm,
  inputForms,
  leastSquares,
  unitInput,
} from "evenkeel-experiments";
import type { ServiceContext } from "../../engine/context.ts";
import { type Moments, momentsOf, type Pair } from "./moments.ts";

/** Examples of the regression; all are in every step. */
const examples = 256;

/** What is to be learned, from where, and how. */
export interface DescentsRequest {
  ranges: readonly [FeatureRange, FeatureRange];
  seed: number;
  /** The weights at the beginning, in all forms. */
  start: Pair;
  steps: number;
  rates: Readonly<Record<InputForm, number>>;
  /** Whether batch norm learns gamma and beta. */
  learned: boolean;
}

/** One form of the features, and how the unit learned from it. */
export interface FormDescent {
  /** Of what the unit is given at the first step, and of the targets. */
  moments: Moments;
  /** The weights of least loss, where gamma is 1. */
  solution: Pair;
  /**
   * The greatest and the least eigenvalue of the loss' Hessian in all that is learned. Where gamma and beta are learned
   * too, those at about the flattest of its minima.
   */
  curvature: { greatest: number; least: number };
  /** After 0, 1, 2, … steps; shorter than asked for where the loss was no finite number any more. */
  path: DescentPoint[];
}

export interface Descents {
  /** The features as they are, row by row. */
  features: Float32Array;
  forms: Record<InputForm, FormDescent>;
}

/** What this page asks for: descents. Asking for others ends those that are under way. */
export function serve(context: ServiceContext) {
  // The weights are read at every step: asking a graphics card for them takes longer than all there is to compute.
  const runtime = context.runtime.device === "webgpu" ? webRuntime({ device: "wasm" }) : context.runtime;
  const drawn = remembered<Drawn>();
  const paths = Object.fromEntries(inputForms.map((form) => [form, remembered<DescentPoint[]>()])) as Record<
    InputForm,
    Memory<DescentPoint[]>
  >;
  let running = new AbortController();
  let ended: Promise<unknown> = Promise.resolve();

  async function descend(
    { ranges, seed, start, steps, rates, learned }: DescentsRequest,
    signal: AbortSignal,
    onProgress: (share: number) => void,
  ): Promise<Descents> {
    const { sample, inputs } = await drawn([ranges, seed], () => draw(ranges, { seed, runtime }));
    const forms = {} as Descents["forms"];
    for (const [index, form] of inputForms.entries()) {
      signal.throwIfAborted();
      const affine = learned && form === "batchNormalized";
      const settings = { form, learningRate: rates[form], steps, start, affine };
      const progress = inTwentieths((share) => onProgress((index + share) / inputForms.length));
      const path = await paths[form]([ranges, seed, settings], () =>
        descentPath(settings, sample, { seed, runtime, signal, progress }),
      );
      const solution = leastSquares(inputs[form], sample.y);
      forms[form] = {
        moments: momentsOf(inputs[form].data, sample.y.data),
        solution,
        curvature: curvatureOf(inputs[form], solution, affine),
        path,
      };
    }
    return { features: sample.x.data, forms };
  }

  return {
    /** @param onProgress hears the share that is done. */
    async descents(
      request: DescentsRequest,
      onProgress: (share: number) => void = () => {},
    ): Promise<Descents> {
      running.abort(new Error("Other descents were asked for."));
      running = new AbortController();
      const { signal } = running;
      const descents = ended.then(() => descend(request, signal, onProgress));
      ended = descents.catch(() => {});
      return descents;
    },
    /** Ends what is under way. */
    stop(): void {
      running.abort(new Error("The page was left."));
    },
  };
}

interface Drawn {
  sample: FeatureSample;
  inputs: Record<InputForm, FeatureSample["x"]>;
}

async function draw(
  ranges: DescentsRequest["ranges"],
  context: ServiceContext & { seed: number },
): Promise<Drawn> {
  const sample = featureSample({ ranges, examples }, context.seed);
  const inputs = {} as Drawn["inputs"];
  for (const form of inputForms) inputs[form] = await unitInput(form, sample, context);
  return { sample, inputs };
}

/**
 * Learned gammas make many minima, all with the same product of gamma and weight. Those at which gamma² is the weight²
 * plus 1, where small steps from weights of 0 lead, are about the flattest: no other bears a much higher rate. There a
 * slope changes by the unit's weight and by gamma, the constant by the bias and by both betas.
 */
function curvatureOf(input: FeatureSample["x"], solution: Pair, affine: boolean): FormDescent["curvature"] {
  const sums = solution.map((slope) => Math.sqrt(1 + 4 * slope ** 2)) as [number, number];
  const weights = sums.map((sum) => (sum - 1) / 2) as [number, number];
  const slopes = [Math.sqrt(sums[0]), Math.sqrt(sums[1]), Math.sqrt(1 + weights[0] + weights[1])] as const;
  const values = curvatures(input, affine ? slopes : undefined);
  return { greatest: values[0]!, least: values.at(-1)! };
}

/** Makes something, or gives what was made last when the key is the same. */
type Memory<T> = (key: unknown, make: () => Promise<T>) => Promise<T>;

/** A memory of one thing; what could not be made is not kept. */
function remembered<T>(): Memory<T> {
  let known: { key: string; value: T } | undefined;
  return async (key, make) => {
    const text = JSON.stringify(key);
    if (known?.key !== text) known = { key: text, value: await make() };
    return known.value;
  };
}

/** Tells of every twentieth, and not of every step: each is a message to the page. */
function inTwentieths(tell: (share: number) => void): (share: number) => void {
  let told = 0;
  return (share) => {
    if (share < told + 0.05) return;
    told = share;
    tell(share);
  };
}
