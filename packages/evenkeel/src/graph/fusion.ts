import type { Node, Value } from "./graph.js";

/**
 * Merges what follows a convolution in the blocked layout into it, when nothing else uses its result: an addition of
 * the same shape becomes its sum, a ReLU its activation. Each saves a pass over the memory.
 *
 * @param nodes those that are written, in order.
 * @param kept values that must be there themselves.
 */
export function fused(nodes: readonly Node[], kept: ReadonlySet<Value>): Node[] {
  const uses = countUses(nodes);
  // By their results, as they are by now. A loop's body may use one from outside, which is not among them: it is
  // computed once for all steps.
  const convolutions = new Map(
    nodes.flatMap((node) => (node.operator === "NchwcConv" ? [[node.outputs[0]!, node] as const] : [])),
  );
  const gone = new Set<Node>();
  /** The convolution of which a value is the result and nobody else's input. */
  const convolutionOf = (value: Value | undefined): Node | undefined => {
    if (!value || kept.has(value) || uses.get(value) !== 1) return undefined;
    const convolution = convolutions.get(value);
    return convolution?.attributes.activation === undefined ? convolution : undefined;
  };
  const replace = (node: Node, by: Node, without: Value) => {
    gone.add(convolutions.get(without)!);
    convolutions.set(node.outputs[0]!, by);
  };
  const written = nodes.map((node): Node => {
    const [a, b] = node.inputs;
    if (node.operator === "Relu") {
      const convolution = convolutionOf(a);
      if (!convolution) return node;
      const attributes = { ...convolution.attributes, activation: "Relu" };
      const by = { ...convolution, attributes, outputs: node.outputs };
      replace(node, by, a!);
      return by;
    }
    if (node.operator !== "Add" || a === b || a!.shape.join() !== b!.shape.join()) return node;
    // The later of the two, as the other one must be there when it begins.
    for (const [result, other] of [
      [b!, a!],
      [a!, b!],
    ] as const) {
      const convolution = convolutionOf(result);
      if (!convolution || convolution.inputs.length > 3) continue;
      const [x, kernel, bias] = convolution.inputs;
      const by = { ...convolution, inputs: [x, kernel, bias, other], outputs: node.outputs };
      replace(node, by, result);
      return by;
    }
    return node;
  });
  return written.filter((node) => !gone.has(node));
}

function countUses(nodes: readonly Node[]): Map<Value, number> {
  const uses = new Map<Value, number>();
  for (const node of nodes) {
    for (const input of node.inputs) if (input) uses.set(input, (uses.get(input) ?? 0) + 1);
    if (!node.body) continue;
    // What the body of a loop takes from outside.
    for (const [value, count] of countUses(node.body.nodes)) uses.set(value, (uses.get(value) ?? 0) + count);
  }
  return uses;
}
