import { type Graph, type Node, type Region, staticShape, type Value } from "../graph/graph.js";
import { add, sumToShape } from "../graph/operations.js";
import { GraphError } from "../graph/operators.js";
import { intoLayout, isReordered, outOfLayout } from "../graph/reordering.js";
import { formatShape, zeros } from "../tensor/tensor.js";
import { type Rule, rules } from "./rules.js";

/**
 * Builds the reverse-mode derivative of a scalar, in the same graph.
 *
 * @param of the scalar to differentiate, usually the loss.
 * @param withRespectTo any float32 values it depends on: parameters, inputs, activations.
 * @param seed ∂/∂`of`, a scalar; default 1. A seed of the learning rate scales every gradient at no cost,
 * since the derivative is linear in it.
 * @returns ∂of/∂value for each value, in its shape; zeros where `of` does not depend on it.
 * @throws GraphError when an operator on the way has no derivative, naming it and its layer.
 */
export function gradients(of: Value, withRespectTo: readonly Value[], seed?: Value): Value[] {
  const { graph } = of;
  // What comes out of the blocked layout is hardly ever used itself: its content is.
  if (withRespectTo.some(isReordered)) {
    const contents = withRespectTo.map((value) => (isReordered(value) ? intoLayout(value) : value));
    return gradients(of, contents, seed).map((gradient, index) =>
      isReordered(withRespectTo[index]!) ? outOfLayout(gradient) : gradient,
    );
  }
  if (of.shape.length > 0) {
    throw new GraphError(
      graph.scope,
      `only a scalar can be differentiated, "${of.name}" has shape ${formatShape(of.shape)}.`,
    );
  }
  for (const value of withRespectTo) refuseInside(value);
  const nodes = visibleNodes(graph);
  const active = dependents(nodes, withRespectTo);
  const adjoints = new Map<Value, Value>([[of, seed ?? graph.constant(1)]]);
  const finished = new Set<Region>();

  const contribute = (to: Value, gradient: Value | undefined) => {
    if (!gradient || !active.has(to)) return;
    const fitted = sumToShape(gradient, to.shape);
    const earlier = adjoints.get(to);
    adjoints.set(to, earlier ? add(earlier, fitted) : fitted);
  };

  for (const node of nodes.toReversed()) {
    const { region } = node;
    const scope = node.scope ? `${node.scope}/gradient` : "gradient";
    if (region) {
      if (finished.has(region)) continue;
      finished.add(region);
      for (const interior of interiorOf(region, nodes)) if (adjoints.has(interior)) refuseInside(interior);
      const upstream = region.output && adjoints.get(region.output);
      if (!upstream || !region.inputs.some((input) => active.has(input))) continue;
      const toInputs = graph.within(scope, () => region.backward(upstream), { absolute: true });
      for (const [i, gradient] of toInputs.entries()) contribute(region.inputs[i]!, gradient);
      continue;
    }
    const upstream = node.outputs.map((output) => adjoints.get(output));
    if (!upstream.some(Boolean) || !reads(node).some((input) => active.has(input))) continue;
    graph.within(
      scope,
      () => {
        const toInputs = ruleOf(node)({
          x: node.inputs[0]!,
          y: node.inputs[1]!,
          z: node.inputs[2]!,
          inputs: node.inputs as readonly Value[],
          output: node.outputs[0]!,
          g: upstream[0]!,
          attributes: node.attributes,
        });
        for (const [i, gradient] of toInputs.entries()) contribute(node.inputs[i]!, gradient);
      },
      { absolute: true },
    );
  }
  return withRespectTo.map(
    (value) =>
      adjoints.get(value) ??
      graph.constant(zeros("float32", staticShape(value, "The gradient of a value that the loss ignores"))),
  );
}

/** The rule of a node's operator. @throws GraphError when it has none. */
function ruleOf(node: Node): Rule {
  const rule = rules[node.operator];
  if (rule !== "none") return rule;
  throw new GraphError(
    node.scope,
    `the operator ${node.operator} has no derivative, and the loss depends on trainable values through it ("${node.outputs[0]!.name}"). Build this part from other operators, or freeze what lies before it.`,
  );
}

/** The nodes of a graph, after those of the graphs around it: a loop's body may rest on both. */
function visibleNodes(graph: Graph): Node[] {
  return graph.parent ? [...visibleNodes(graph.parent), ...graph.nodes] : [...graph.nodes];
}

/**
 * What a node's outputs rest on: its inputs, and what the body of a loop takes from outside. A region rests on its
 * inputs, even where it computes its output from what these were computed from.
 */
function reads(node: Node): Value[] {
  const inputs = [...node.inputs, ...(node.region?.inputs ?? [])].filter((input) => input !== undefined);
  return node.body ? [...inputs, ...node.body.nodes.flatMap(reads)] : inputs;
}

/** Whether a value of the graph is computed from another. */
export function dependsOn(value: Value, source: Value): boolean {
  const used = isReordered(source) ? intoLayout(source) : source;
  return dependents(visibleNodes(value.graph), [used]).has(value);
}

/** The values that change when one of `sources` does; only float32 values can carry a gradient. */
function dependents(nodes: readonly Node[], sources: readonly Value[]): Set<Value> {
  const active = new Set(sources);
  for (const node of nodes) {
    if (!reads(node).some((input) => active.has(input))) continue;
    for (const output of node.outputs) if (output.type === "float32") active.add(output);
  }
  return active;
}

/** The values that a region computes on the way to its output. */
function interiorOf(region: Region, nodes: readonly Node[]): Value[] {
  return nodes
    .filter((node) => node.region === region)
    .flatMap((node) => node.outputs)
    .filter((value) => value !== region.output);
}

/** A region is differentiated as a whole: no gradient reaches the values inside it. */
function refuseInside(value: Value): void {
  const region = value.producer?.region;
  if (!region || region.output === value) return;
  throw new GraphError(
    value.producer?.scope ?? "",
    `${region.label} is differentiated as a whole, so there is no gradient of its inner value "${value.name}". Take that of its inputs or its output.`,
  );
}
