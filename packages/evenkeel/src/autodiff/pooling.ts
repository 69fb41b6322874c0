import { staticShape, type Value } from "../graph/graph.js";
import { convTranspose, expand, maxUnpool, mul, reshape, scatterAdd } from "../graph/operations.js";
import { elementsInside, uncovered, type Windows } from "../graph/windows.js";
import { sizeOf, tensor } from "../tensor/tensor.js";

/**
 * ∂loss/∂input of a maximum pooling: what reaches a window goes to its first largest element, PyTorch's
 * convention.
 *
 * @param places where the largest elements are in the whole input, MaxPool's second output.
 */
export function maxPoolGradient(x: Value, places: Value, g: Value, windows: Windows): Value {
  const shape = staticShape(x, "The gradient of a maximum pooling");
  const { kernel, strides, dilations } = windows;
  const apart = kernel.every((size, axis) => dilations[axis] === 1 && size <= strides[axis]!);
  // No element is the largest of two windows then: nothing is to be added up, which is slow.
  if (apart && uncovered(shape.slice(2), windows).every((rest) => rest === 0)) {
    return maxUnpool(g, places, windows);
  }
  const none = expand(x.graph.constant(0), [sizeOf(shape)]);
  return reshape(scatterAdd(none, reshape(places, [-1]), reshape(g, [-1])), shape);
}

/** ∂loss/∂input of an average pooling: each window spreads its share evenly over its elements. */
export function averagePoolGradient(x: Value, g: Value, windows: Windows, countPadding: boolean): Value {
  const [batch, channels, ...sizes] = staticShape(x, "The gradient of an average pooling") as [
    number,
    number,
    ...number[],
  ];
  const counts = g.shape.slice(2) as number[];
  const shares = Float32Array.from(elementsOf(sizes, windows, countPadding), (elements) => 1 / elements);
  // Where every window has the same share, the kernel holds it, which saves a pass.
  const even = shares.every((share) => share === shares[0]);
  const kernel = new Float32Array(sizeOf(windows.kernel)).fill(even ? shares[0]! : 1);
  const constant = (values: Float32Array<ArrayBuffer>, shape: readonly number[]) =>
    x.graph.constant(tensor(values, [1, 1, ...shape]));
  const shared = even ? g : mul(g, constant(shares, counts));
  const spread = convTranspose(
    reshape(shared, [batch * channels, 1, ...counts]),
    constant(kernel, windows.kernel),
    windows,
    1,
    uncovered(sizes, windows),
  );
  return reshape(spread, x.shape);
}

/** How many elements each window averages over. */
function elementsOf(sizes: readonly number[], windows: Windows, countPadding: boolean): number[] {
  const inside = elementsInside(sizes, windows);
  const along = countPadding ? inside.map((each, axis) => each.map(() => windows.kernel[axis]!)) : inside;
  return along.reduce((numbers, each) => numbers.flatMap((number) => each.map((own) => number * own)), [1]);
}

/** ∂loss/∂input of the mean of each channel: an equal share for every element. */
export function globalAveragePoolGradient(x: Value, g: Value): Value {
  const sizes = x.shape.slice(2) as number[];
  const share = new Float32Array(sizeOf(sizes)).fill(1 / sizeOf(sizes));
  // A product that broadcasts takes half the time of ONNX Runtime's Expand.
  return mul(g, x.graph.constant(tensor(share, sizes)));
}
