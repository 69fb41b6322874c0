import type { Node, Value } from "../graph/graph.js";
import { formatShape } from "../tensor/tensor.js";

/**
 * What goes into the last activation, in the shape of the predictions, when they come from that activation, be it
 * through layers that only move its values; else the predictions.
 *
 * @throws RangeError when they come from the other of the two, whose outputs are no logits, or when something else was
 * made of the activation: its probabilities would be taken for logits.
 */
export function logitsBefore(activation: "Softmax" | "Sigmoid", predictions: Value): Value {
  /** The nodes between the activation and the predictions, the last of them first. */
  const behind: Node[] = [];
  let value = predictions;
  while (value.producer && !isActivation(value.producer)) {
    const node = value.producer;
    const region = node.region?.output === value ? node.region : undefined;
    const inputs = (region ?? node).inputs.filter((input) => input && !isIndependent(input)) as Value[];
    if (inputs.length !== 1) return predictions;
    behind.push(node);
    value = inputs[0]!;
  }
  const node = value.producer;
  if (!node) return predictions;
  const [ours, theirs] = [activation.toLowerCase(), node.operator.toLowerCase()];
  if (node.operator !== activation) {
    throw new RangeError(
      `This loss needs a model that ends with ${ours} or without activation, not with ${theirs}.`,
    );
  }
  const other = behind.find((each) => !(activation === "Sigmoid" ? moves(each) : keepsClasses(each)));
  if (other) {
    const place = other.scope === "" ? "" : `, in "${other.scope}"`;
    throw new RangeError(
      `This loss is computed from what goes into the ${ours}, but the model changes the ${ours}'s output ${formatShape(value.shape)} behind it (${other.operator}${place}). Make the ${ours} the last layer, or leave it out.`,
    );
  }
  return behind.reduceRight<Value>(
    (moved, { operator, inputs, attributes }) =>
      moved.graph.node(operator, [moved, ...inputs.slice(1)], attributes)[0]!,
    node.inputs[0]!,
  );
}

const isActivation = ({ operator }: Node) => operator === "Softmax" || operator === "Sigmoid";

const movers: readonly string[] = [
  "Identity",
  "Reshape",
  "Flatten",
  "Transpose",
  "ReorderInput",
  "ReorderOutput",
];

/** Whether a node gives the values of its input, each where it may be. */
const moves = ({ operator, region }: Node) => movers.includes(operator) && !region?.output;

/** Whether it also leaves the last axis, that of the classes, as it is. */
function keepsClasses(node: Node): boolean {
  const [before, after] = [node.inputs[0]!.shape, node.outputs[0]!.shape];
  if (!moves(node) || before.at(-1) !== after.at(-1)) return false;
  const order = node.attributes.perm as readonly number[] | undefined;
  return node.operator !== "Transpose" || order?.at(-1) === before.length - 1;
}

/** Whether a value is the same whatever the data and weights: constants, and noise drawn from a seed. */
function isIndependent(value: Value): boolean {
  const seen = new Set<Value>();
  const open = [value];
  for (let next = open.pop(); next; next = open.pop()) {
    if (seen.has(next) || next.type === "uint32" || isConstant(next)) continue;
    if (!next.producer) return false;
    seen.add(next);
    for (const input of next.producer.inputs) if (input) open.push(input);
  }
  return true;
}

function isConstant(value: Value): boolean {
  return value.graph.constants.has(value);
}
