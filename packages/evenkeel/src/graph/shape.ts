/** A dimension is known when the graph is built, or a symbol such as `"batch"` that stands for any size. */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

/** Whether two shapes are the same, symbol for symbol. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}

/** The shape of an elementwise result under ONNX (NumPy) broadcasting; undefined when there is none. */
export function broadcastShapes(...shapes: readonly Shape[]): Shape | undefined {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const result: Dimension[] = [];
  for (let axis = 0; axis < rank; axis++) {
    let dimension: Dimension = 1;
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1;
      if (own === 1 || own === dimension) continue;
      if (dimension !== 1) return undefined;
      dimension = own;
    }
    result.push(dimension);
  }
  return result;
}

/** The number of elements, NaN when a dimension is a symbol. */
export function product(shape: Shape): number {
  return shape.reduce<number>((size, dimension) => size * (dimension as number), 1);
}
