import { allocate, type ElementType, formatShape, sizeOf, type Tensor } from "../tensor/tensor.js";
import { type Attributes, GraphError, infer, type OperatorName } from "./operators.js";
import type { Shape } from "./shape.js";

/** A tensor in the graph: its type and shape are known, its elements only when the graph runs. */
export interface Value {
  /** Readable and unique in the written model, for example `dense_1/kernel`. */
  name: string;
  readonly type: ElementType;
  readonly shape: Shape;
  readonly graph: Graph;
  /** The node that computes it; undefined for an input or a constant. */
  readonly producer?: Node;
}

/** One operation of the graph, by its ONNX name. */
export interface Node {
  readonly operator: OperatorName;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
  /** Where it was built, for example `dense_1`; errors and gradient names refer to it. */
  readonly scope: string;
  /** The body of a `Loop`. */
  readonly body?: Graph;
  /** The differentiable unit it belongs to, when one was declared around it. */
  readonly region?: Region;
}

/**
 * Several nodes that have one derivative together, because the closed form is cheaper or more exact than
 * the chain of its parts. Batch normalization is one.
 */
export interface Region {
  readonly label: string;
  readonly inputs: readonly Value[];
  output: Value | undefined;
  /** Builds the gradients of `inputs` from that of the output; undefined where there is none. */
  readonly backward: (upstream: Value) => readonly (Value | undefined)[];
}

/**
 * A typed graph of tensor operations under construction. Nodes are kept in the order they were added, which
 * is an order they can run in. Every shape is inferred at once; a node that cannot work is refused here, with
 * the layer's name, and never reaches the runtime.
 */
export class Graph {
  readonly inputs: Value[] = [];
  readonly outputs: { name: string; value: Value }[] = [];
  readonly constants = new Map<Value, Tensor>();
  readonly nodes: Node[] = [];
  readonly depth: number;
  private readonly names: Map<string, number>;
  private readonly scopes: string[];
  private readonly scalars = new Map<string, Value>();
  private region: Region | undefined;

  /**
   * @param name the graph's name in the written model.
   * @param parent the graph around a loop's body; its values can be used inside.
   */
  constructor(
    readonly name: string,
    readonly parent?: Graph,
  ) {
    this.depth = parent ? parent.depth + 1 : 0;
    this.names = parent ? parent.names : new Map();
    this.scopes = parent ? parent.scopes : [];
  }

  /** The names around the node that is being built, for example `block_1/dense_1`. */
  get scope(): string {
    return this.scopes.at(-1) ?? "";
  }

  /** Runs `build` with `name` in front of the names it gives. An absolute scope replaces the present one. */
  within<T>(name: string, build: () => T, options: { absolute?: boolean } = {}): T {
    this.scopes.push(options.absolute || this.scope === "" ? name : `${this.scope}/${name}`);
    try {
      return build();
    } finally {
      this.scopes.pop();
    }
  }

  /** Declares a value that is fed when the graph runs, under exactly this name. */
  input(name: string, type: ElementType, shape: Shape): Value {
    const value = this.value(this.claim(name), type, shape);
    this.inputs.push(value);
    return value;
  }

  /** A tensor stored in the model, under exactly this name. */
  initializer(name: string, tensor: Tensor): Value {
    const value = this.value(this.claim(name), tensor.type, tensor.shape);
    this.constants.set(value, tensor);
    return value;
  }

  /** A constant. A number becomes a scalar of the element type, written once however often it is used. */
  constant(content: number | Tensor, type: ElementType = "float32"): Value {
    if (typeof content !== "number") return this.initializer(this.free(this.scoped("constant")), content);
    const key = `${type} ${Object.is(content, -0) ? "-0" : content}`;
    const known = this.scalars.get(key);
    if (known) return known;
    const data = allocate(type, 1);
    if (data instanceof BigInt64Array) data[0] = BigInt(content);
    else data[0] = content;
    const name = `constant/${content}_${type}`;
    const value = this.initializer(this.free(name), { type, shape: [], data } as Tensor);
    this.scalars.set(key, value);
    return value;
  }

  /** An int64 vector: shapes, axes, indices. */
  indices(values: readonly number[]): Value {
    const key = `indices ${values.join(",")}`;
    const known = this.scalars.get(key);
    if (known) return known;
    const data = BigInt64Array.from(values, BigInt);
    const name = this.free(`constant/indices_${values.join("_")}`);
    const value = this.initializer(name, { type: "int64", shape: [values.length], data });
    this.scalars.set(key, value);
    return value;
  }

  /**
   * Adds a node and infers what it gives.
   *
   * @throws GraphError naming the layer, the operator and the shapes when they do not fit.
   */
  node(
    operator: OperatorName,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes = {},
    body?: Graph,
  ): readonly Value[] {
    const operands = inputs.map((value) => value && { ...value, content: value.graph.constants.get(value) });
    const bodyOutputs = body?.outputs.map(({ value }) => value);
    const described = infer(operator, operands, attributes, bodyOutputs, this.scope);
    const outputs: Value[] = [];
    const node: Node = {
      operator,
      inputs,
      outputs,
      attributes,
      scope: this.scope,
      body,
      region: this.region,
    };
    for (const { type, shape } of described) {
      outputs.push(this.value(this.unique(operator), type, shape, node));
    }
    this.nodes.push(node);
    return outputs;
  }

  /** Gives a value a readable name: the scope and its role there, for example `dense_1/output`. */
  label(value: Value, role: string): Value {
    if (value.producer && !this.isOutput(value)) value.name = this.unique(role);
    return value;
  }

  /** Makes a value an output of the graph, under exactly this name. */
  output(name: string, value: Value): void {
    const owned = value.graph === this && value.producer;
    const result = owned && !this.isOutput(value) ? value : this.node("Identity", [value])[0]!;
    if (result.name !== name) result.name = this.claim(name);
    this.outputs.push({ name: result.name, value: result });
  }

  /**
   * Builds nodes that are differentiated as one.
   *
   * @param label what an error calls it, for example `batchNormalization`.
   * @param inputs the values it has gradients for.
   * @param build gives the output, and whatever else the derivative needs.
   * @param backward builds the gradients of `inputs`, in their order, from that of the output.
   */
  differentiateAs<Built extends { output: Value }>(
    label: string,
    inputs: readonly Value[],
    build: () => Built,
    backward: (upstream: Value, built: Built) => readonly (Value | undefined)[],
  ): Built {
    if (this.region) return build();
    let built: Built | undefined;
    const region: Region = {
      label,
      inputs,
      output: undefined,
      backward: (upstream) => backward(upstream, built!),
    };
    this.region = region;
    try {
      built = build();
      region.output = built.output;
      return built;
    } finally {
      this.region = undefined;
    }
  }

  /** The body of a loop: a graph inside this one. */
  child(name: string): Graph {
    return new Graph(name, this);
  }

  private isOutput(value: Value): boolean {
    return this.outputs.some((output) => output.value === value);
  }

  private value(name: string, type: ElementType, shape: Shape, producer?: Node): Value {
    return { name, type, shape: [...shape], graph: this, producer };
  }

  private unique(role: string): string {
    return this.claim(this.free(this.scoped(role)));
  }

  private scoped(role: string): string {
    return this.scope === "" ? role : `${this.scope}/${role}`;
  }

  /** The name, with a number behind it when it is taken. */
  free(name: string): string {
    if (!this.names.has(name)) return name;
    let count = this.names.get(name)! + 1;
    while (this.names.has(`${name}_${count}`)) count++;
    this.names.set(name, count);
    return `${name}_${count}`;
  }

  private claim(name: string): string {
    if (this.names.has(name)) throw new GraphError(this.scope, `the name "${name}" is taken already.`);
    this.names.set(name, 1);
    return name;
  }
}

/** The dimensions as numbers. @throws GraphError when one of them is a symbol. */
export function staticShape(value: Value, purpose: string): number[] {
  return value.shape.map((dimension) => {
    if (typeof dimension === "number") return dimension;
    throw new GraphError(
      value.producer?.scope ?? "",
      `${purpose} needs a shape known in advance, but "${value.name}" is ${formatShape(value.shape)}. Build the graph for a fixed batch size.`,
    );
  });
}

/** The number of elements, of a value whose shape is known. */
export function elementCount(value: Value, purpose: string): number {
  return sizeOf(staticShape(value, purpose));
}
