import { gradients } from "../autodiff/index.js";
import { mul, reduceSum, staticShape, type Value } from "../graph/index.js";
import { randomStream } from "../random/stream.js";
import { formatShape, sizeOf, type Tensor } from "../tensor/tensor.js";
import { compile } from "./evaluate.js";

/**
 * How far one input element is moved to either side. The forward pass is float32, so its rounding (6e-8 of the
 * output) is divided by this: 6e-6. The error of the central difference itself is ε²/6 of the third
 * derivative: 1.7e-5 of it.
 */
const epsilon = 1e-2;

/**
 * The error allowed, as a share of what the element's movement does to all outputs together (at least 1, for
 * places where nothing moves). Rounding takes 1e-5 of that; the third derivative, 1.7e-5 times its ratio to the
 * first, which the tests keep below 20 by their choice of values: 3.4e-4. A rule with a wrong sign, factor,
 * operand or axis is off by tenths.
 */
const tolerance = 5e-4;

/** One input element where the derivative and the central difference disagree. */
interface Disagreement {
  input: number;
  place: readonly number[];
  derived: number;
  measured: number;
  allowed: number;
}

/**
 * Compares the gradients that the graph derives with central differences of its forward pass, for every element
 * of every float32 input. The scalar differentiated is the outputs' sum with random weights, which the
 * differences sum in float64.
 *
 * @param build a function of the inputs, differentiable within ε of the values given.
 * @returns the largest error, as a share of the error allowed: at most 1.
 * @throws Error saying which elements disagree, where they are and by how much.
 */
export async function checkGradients(
  build: (...inputs: Value[]) => Value,
  inputs: readonly Tensor[],
): Promise<number> {
  const named = Object.fromEntries(inputs.map((input, index) => [`input_${index}`, input]));
  const differentiable = inputs.flatMap(({ type }, index) => (type === "float32" ? [index] : []));
  let weights = new Float32Array();
  const compiled = await compile((graph, declared) => {
    const values = Object.values(declared);
    const output = build(...values);
    const shape = staticShape(output, "A numeric gradient");
    weights = outputWeights(sizeOf(shape));
    const loss = reduceSum(mul(output, graph.constant({ type: "float32", shape, data: weights })));
    return [
      output,
      ...gradients(
        loss,
        differentiable.map((index) => values[index]!),
      ),
    ];
  }, named);
  try {
    const [, ...derived] = await compiled.run(named);
    const disagreements: Disagreement[] = [];
    let worst = 0;
    let compared = 0;
    for (const [order, input] of differentiable.entries()) {
      const { shape, data } = inputs[input] as Tensor<"float32">;
      if (formatShape(derived[order]!.shape) !== formatShape(shape)) {
        throw new Error(
          `The gradient of input ${input} has shape ${formatShape(derived[order]!.shape)}, the input ${formatShape(shape)}.`,
        );
      }
      const outputWith = async (index: number, element: number) => {
        const moved = data.slice();
        moved[index] = element;
        const feeds = { ...named, [`input_${input}`]: { type: "float32", shape, data: moved } as Tensor };
        return (await compiled.run(feeds))[0]!.data as Float32Array;
      };
      for (let index = 0; index < data.length; index++) {
        // The step that float32 really makes, not the one that was meant.
        const above = Math.fround(data[index]! + epsilon);
        const below = Math.fround(data[index]! - epsilon);
        const [high, low] = [await outputWith(index, above), await outputWith(index, below)];
        let measured = 0;
        let movement = 0;
        for (let place = 0; place < weights.length; place++) {
          const slope = (weights[place]! * (high[place]! - low[place]!)) / (above - below);
          measured += slope;
          movement += Math.abs(slope);
        }
        const own = Number(derived[order]!.data[index]);
        const allowed = tolerance * Math.max(1, movement);
        const share = Math.abs(own - measured) / allowed;
        compared++;
        if (share <= 1) worst = Math.max(worst, share);
        else
          disagreements.push({
            input,
            place: placeOf(index, shape),
            derived: own,
            measured,
            allowed,
          });
      }
    }
    if (disagreements.length > 0) throw new Error(report(disagreements, compared));
    return worst;
  } finally {
    await compiled.release();
  }
}

/** Weights of magnitude 0.5 to 1.5 and either sign, so that no output and no error of one cancels another's. */
function outputWeights(count: number): Float32Array<ArrayBuffer> {
  const stream = randomStream(1, "output weights");
  return Float32Array.from(
    { length: count },
    () => stream.uniform(0.5, 1.5) * (stream.integer(2) === 0 ? 1 : -1),
  );
}

function placeOf(index: number, shape: readonly number[]): number[] {
  const place: number[] = [];
  let left = index;
  for (const dimension of shape.toReversed()) {
    place.unshift(left % dimension);
    left = Math.floor(left / dimension);
  }
  return place;
}

function report(disagreements: readonly Disagreement[], compared: number): string {
  const lines = disagreements
    .toSorted((a, b) => Math.abs(b.derived - b.measured) - Math.abs(a.derived - a.measured))
    .slice(0, 5)
    .map(
      ({ input, place, derived, measured, allowed }) =>
        `  input ${input} at ${formatShape(place)}: derived ${derived}, measured ${measured.toFixed(6)}, off by ${Math.abs(derived - measured).toExponential(1)} (${allowed.toExponential(1)} allowed)`,
    );
  return [`${disagreements.length} of ${compared} gradients are wrong; the worst:`, ...lines].join("\n");
}
