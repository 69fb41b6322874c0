import type { Value } from "./graph.js";
import { sameShape } from "./shape.js";

const contents = new WeakMap<Value, Value>();

/** Whether an operator is one of the layout, which ONNX itself does not have. */
export const isOfLayout = (operator: string): boolean => /^Nchwc|^Reorder/.test(operator);

/**
 * Whether a value is what comes out of the layout, with all of its channels. The content of what a region with a
 * derivative of its own gave cannot be used outside.
 */
export function isReordered({ shape, producer }: Value): boolean {
  if (producer?.operator !== "ReorderOutput" || producer.region?.output) return false;
  return sameShape(producer.inputs[0]!.shape, shape);
}

/** The content of `[N, C, H, W]` in the layout; C must be whole blocks. */
export function intoLayout(x: Value): Value {
  if (isReordered(x)) return x.producer!.inputs[0]!;
  const known = contents.get(x);
  if (known) return known;
  const content = x.graph.node("ReorderInput", [x], { channels_last: 0 })[0]!;
  // What is inside of a region with a derivative of its own is of no use outside.
  if (!content.producer!.region) contents.set(x, content);
  return content;
}

/**
 * The value whose content in the layout is given, or its first channels. Where it goes back into the layout, nothing is
 * computed.
 */
export function outOfLayout(content: Value, channels = content.shape[1] as number): Value {
  return content.graph.node("ReorderOutput", [content], { channels, channels_last: 0 })[0]!;
}
