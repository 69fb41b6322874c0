import { type ElementType, formatShape, type Tensor } from "../tensor/tensor.js";
import type { Shape } from "./shape.js";

/** Attribute values of ONNX nodes: numbers are floats or integers as the operator's schema says. */
export type Attribute = number | string | readonly number[];
export type Attributes = Readonly<Record<string, Attribute>>;

/** A graph that cannot work: which layer, which operator, what it got, what it needs. */
export class GraphError extends Error {
  override readonly name = "GraphError";
  constructor(
    readonly scope: string,
    explanation: string,
  ) {
    super(scope ? `In "${scope}": ${explanation}` : explanation);
  }
}

/** What is known of a value before the graph runs. */
export interface Described {
  readonly type: ElementType;
  readonly shape: Shape;
}

/** What inference sees of an input: its elements too, where they are constant. */
export interface Operand extends Described {
  readonly name: string;
  readonly content: Tensor | undefined;
}

/** One use of an operator, of which the outputs are to be inferred. */
export interface Call {
  /** In their places; undefined where an optional one is left out. */
  inputs: readonly (Operand | undefined)[];
  /** Those that are not left out. */
  given: readonly Operand[];
  attributes: Attributes;
  /** The outputs of a loop's body. */
  body: readonly Described[] | undefined;
  /** Stops with the operator, the reason, and what was given. */
  fail(reason: string): never;
}

/** What an operator gives for a call. */
export type Inference = (call: Call) => Described[];

/** A call whose failures name the operator, the layer and the inputs. */
export function callOf(
  operator: string,
  inputs: readonly (Operand | undefined)[],
  attributes: Attributes,
  body: readonly Described[] | undefined,
  scope: string,
): Call {
  const given = inputs.filter((value) => value !== undefined);
  return {
    inputs,
    given,
    attributes,
    body,
    fail: (reason) => {
      const got = given.map((value) => `"${value.name}" ${value.type}${formatShape(value.shape)}`);
      throw new GraphError(scope, `${operator} ${reason}; it got ${got.join(", ")}.`);
    },
  };
}

/** The element type that all inputs have. */
export function oneType({ given, fail }: Call): ElementType {
  const [first] = given;
  if (given.some((value) => value.type !== first!.type)) fail("needs operands of one type");
  return first!.type;
}

/** Axes, shapes and counts are inputs in ONNX; a shape can be inferred only when they are constants. */
export function constantNumbers(call: Call, index: number): number[] {
  const content = call.inputs[index]?.content;
  return content ? Array.from(content.data, Number) : call.fail(`needs a constant as input ${index}`);
}

/** An attribute that is a number. */
export function integer({ attributes, fail }: Call, name: string): number {
  const value = attributes[name];
  return typeof value === "number" ? value : fail(`needs the attribute ${name}`);
}
