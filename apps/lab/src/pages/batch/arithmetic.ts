/** One channel of one layer in one batch, as the graph computed it. */
export interface Channel {
  /** What the dense layer gives, or what goes into batch normalization, of each example. */
  x: ArrayLike<number>;
  /** The loss' gradient with respect to x. */
  inputGradient: ArrayLike<number>;
  /** Undefined where there is no batch normalization. */
  normalization: Normalization | undefined;
}

/** What batch normalization makes of a channel. */
export interface Normalization {
  /** Whether it takes the batch's own statistics, as in training, or the running ones. */
  byBatch: boolean;
  /** What comes out, of each example. */
  y: ArrayLike<number>;
  /** The loss' gradient with respect to y. */
  outputGradient: ArrayLike<number>;
  gamma: number;
  beta: number;
  epsilon: number;
  runningMean: number;
  runningVariance: number;
  /** Share of the old value that a running statistic keeps. */
  momentum: number;
  /** Whether the layer is frozen: its running statistics stay as they are. */
  frozen: boolean;
  /** The loss' gradients with respect to γ and β. */
  gammaGradient: number;
  betaGradient: number;
}

/** What batch normalization computes of a channel, worked out here from x, ∂L/∂y, γ and β. */
export interface Arithmetic {
  /** μ and σ² that normalize: the batch's or the running ones. */
  mean: number;
  variance: number;
  /** √(σ² + ε). */
  deviation: number;
  /** x − μ, x̂ and y of each example. */
  centred: number[];
  normalized: number[];
  y: number[];
  /** Σ ∂L/∂y and Σ ∂L/∂y · x̂: the gradients of β and γ. */
  betaGradient: number;
  gammaGradient: number;
  /** ∂L/∂x of each example. */
  inputGradient: number[];
}

/** Batch normalization's formulas (Ioffe & Szegedy 2015, Algorithm 1 and section 3) in double precision. */
export function arithmeticOf(
  values: ArrayLike<number>,
  { byBatch, outputGradient, gamma, beta, epsilon, runningMean, runningVariance }: Normalization,
): Arithmetic {
  const x = Array.from(values);
  const g = Array.from(outputGradient);
  const mean = byBatch ? meanOf(x) : runningMean;
  const variance = byBatch ? varianceOf(x) : runningVariance;
  const deviation = Math.sqrt(variance + epsilon);
  const centred = x.map((value) => value - mean);
  const normalized = centred.map((value) => value / deviation);
  const betaGradient = sumOf(g);
  const gammaGradient = productOf(g, normalized);
  // What depends on the batch pulls back through the statistics too.
  const offset = byBatch ? betaGradient / g.length : 0;
  const slope = byBatch ? gammaGradient / g.length : 0;
  return {
    mean,
    variance,
    deviation,
    centred,
    normalized,
    y: normalized.map((value) => gamma * value + beta),
    betaGradient,
    gammaGradient,
    inputGradient: g.map(
      (value, index) => (gamma / deviation) * (value - offset - normalized[index]! * slope),
    ),
  };
}

export function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]!;
  return sum;
}

export function meanOf(values: ArrayLike<number>): number {
  return sumOf(values) / values.length;
}

/** Biased: divided by the number of values. */
export function varianceOf(values: ArrayLike<number>): number {
  const mean = meanOf(values);
  return meanOf(Array.from(values, (value) => (value - mean) ** 2));
}

/** The sum of the products. */
export function productOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return sumOf(Array.from(a, (value, index) => value * b[index]!));
}
