import type { RandomStream } from "../random/stream.js";
import { sizeOf, type Tensor, tensor } from "../tensor/tensor.js";

/**
 * How a weight begins: a name, or a name with options, as plain data.
 *
 * - `zeros`, `ones`, `constant` (`value`, default 0)
 * - `normal` (`mean` 0, `standardDeviation` 0.05), `uniform` (`minimum` −0.05, `maximum` 0.05): Keras's defaults
 * - `glorotUniform`, `glorotNormal`: variance 2/(fanIn + fanOut) (Glorot & Bengio 2010)
 * - `heUniform`, `heNormal`: variance 2/fanIn (He et al. 2015)
 * - `lecunUniform`, `lecunNormal`: variance 1/fanIn (LeCun et al. 1998)
 * - `orthogonal` (`gain` 1): orthonormal rows or columns (Saxe et al. 2014); a convolution's kernel is taken as the
 *   matrix `[out, rest]`, as Keras and PyTorch do
 *
 * The `…Normal` schemes draw from a normal distribution truncated at two standard deviations and corrected to
 * the variance named, as Keras and TensorFlow.js do.
 *
 * Fans come from the weight's shape alone, as in PyTorch; Keras's depthwise kernels differ. Of a matrix `[in, out]` they are its sizes; of a
 * convolution's kernel `[out, in / groups, ...]`, in / groups and out, each times the kernel's spatial sizes; of a
 * vector, its length.
 */
export type Initializer = InitializerName | InitializerOptions;

export type InitializerName = InitializerOptions["type"];

export type InitializerOptions =
  | { type: "zeros" | "ones" }
  | { type: "constant"; value?: number }
  | { type: "normal"; mean?: number; standardDeviation?: number }
  | { type: "uniform"; minimum?: number; maximum?: number }
  | { type: Scheme }
  | { type: "orthogonal"; gain?: number };

type Scheme = "glorotUniform" | "glorotNormal" | "heUniform" | "heNormal" | "lecunUniform" | "lecunNormal";

/** The standard deviation of a unit normal distribution truncated at ±2. */
const truncatedDeviation = 0.8796256610342398;

const variances: Record<Scheme, (fanIn: number, fanOut: number) => number> = {
  glorotUniform: (fanIn, fanOut) => 2 / (fanIn + fanOut),
  glorotNormal: (fanIn, fanOut) => 2 / (fanIn + fanOut),
  heUniform: (fanIn) => 2 / fanIn,
  heNormal: (fanIn) => 2 / fanIn,
  lecunUniform: (fanIn) => 1 / fanIn,
  lecunNormal: (fanIn) => 1 / fanIn,
};

/**
 * @param shape that of the weight.
 * @throws RangeError for an unknown initializer, naming those there are, and for one that a weight of this shape cannot
 * begin with.
 */
export function checkInitializer(who: string, initializer: Initializer, shape: readonly number[]): void {
  const { type } = optionsOf(initializer);
  const known = ["zeros", "ones", "constant", "normal", "uniform", "orthogonal", ...Object.keys(variances)];
  if (!known.includes(type)) {
    throw new RangeError(`${who}: there is no initializer "${type}". There are: ${known.join(", ")}.`);
  }
  if (type === "orthogonal" && shape.length < 2) {
    throw new RangeError(
      `${who}: the orthogonal initializer needs a matrix or a kernel, got the shape [${shape.join(", ")}].`,
    );
  }
}

/**
 * The first value of a weight.
 *
 * @param shape `[in, out]` of a matrix, `[out, in / groups, ...]` of a convolution's kernel.
 * @throws RangeError as `checkInitializer`.
 */
export function initialize(
  initializer: Initializer,
  shape: readonly number[],
  random: RandomStream,
): Tensor<"float32"> {
  checkInitializer("A weight", initializer, shape);
  const options = optionsOf(initializer);
  const [fanIn, fanOut] = fansOf(shape);
  switch (options.type) {
    case "zeros":
      return filled(shape, 0);
    case "ones":
      return filled(shape, 1);
    case "constant":
      return filled(shape, options.value ?? 0);
    case "normal":
      return drawn(shape, () => random.normal(options.mean ?? 0, options.standardDeviation ?? 0.05));
    case "uniform":
      return drawn(shape, () => random.uniform(options.minimum ?? -0.05, options.maximum ?? 0.05));
    case "orthogonal":
      return orthogonal(shape, options.gain ?? 1, random);
    default:
      return scaled(options.type, shape, fanIn, fanOut, random);
  }
}

function optionsOf(initializer: Initializer): InitializerOptions {
  return typeof initializer === "string" ? ({ type: initializer } as InitializerOptions) : initializer;
}

/** How many values go into one that the weight gives, and how many one of its inputs goes into. */
function fansOf(shape: readonly number[]): readonly [fanIn: number, fanOut: number] {
  if (shape.length < 2) return [sizeOf(shape), sizeOf(shape)];
  const [first, second, ...field] = shape as [number, number, ...number[]];
  return shape.length === 2 ? [first, second] : [second * sizeOf(field), first * sizeOf(field)];
}

function scaled(type: Scheme, shape: readonly number[], fanIn: number, fanOut: number, random: RandomStream) {
  const deviation = Math.sqrt(variances[type](fanIn, fanOut));
  if (type.endsWith("Uniform")) {
    const limit = Math.sqrt(3) * deviation;
    return drawn(shape, () => random.uniform(-limit, limit));
  }
  return drawn(shape, () => (truncatedNormal(random) * deviation) / truncatedDeviation);
}

function filled(shape: readonly number[], value: number): Tensor<"float32"> {
  return tensor(new Float32Array(sizeOf(shape)).fill(value), shape);
}

/** By a loop: `Float32Array.from` takes several times as long. */
function drawn(shape: readonly number[], draw: () => number): Tensor<"float32"> {
  const data = new Float32Array(sizeOf(shape));
  for (let index = 0; index < data.length; index++) data[index] = draw();
  return tensor(data, shape);
}

function truncatedNormal(random: RandomStream): number {
  for (;;) {
    const value = random.normal();
    if (Math.abs(value) <= 2) return value;
  }
}

/** Gram–Schmidt, twice for accuracy, on Gaussian vectors along the longer side; float64 throughout. */
function orthogonal(shape: readonly number[], gain: number, random: RandomStream): Tensor<"float32"> {
  const rows = shape[0]!;
  const columns = sizeOf(shape.slice(1));
  const length = Math.max(rows, columns);
  const basis: Float64Array[] = [];
  for (let count = Math.min(rows, columns); count > 0; count--) {
    const vector = Float64Array.from({ length }, () => random.normal());
    for (let pass = 0; pass < 2; pass++) {
      for (const earlier of basis) {
        const projection = dot(vector, earlier);
        for (let i = 0; i < length; i++) vector[i]! -= projection * earlier[i]!;
      }
    }
    const norm = Math.sqrt(dot(vector, vector));
    basis.push(vector.map((value) => value / norm));
  }
  const element = (row: number, column: number) =>
    rows <= columns ? basis[row]![column]! : basis[column]![row]!;
  const data = Float32Array.from(
    { length: rows * columns },
    (_, i) => gain * element(Math.floor(i / columns), i % columns),
  );
  return tensor(data, shape);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
