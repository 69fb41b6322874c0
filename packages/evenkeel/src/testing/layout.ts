import { fromBinary } from "@bufbuild/protobuf";
import { type GraphProto, ModelProtoSchema } from "onnx-buf";
import { expect } from "vitest";
import { type Graph, type Value, writeModel } from "../graph/index.js";
import { intoLayout, isOfLayout, outOfLayout } from "../graph/reordering.js";
import { cpuChannelBlock } from "../runtime/channel-block.js";

/** Channels in whole blocks on every machine: a block holds 8 or 16. */
export const wholeBlocks = 16;

/** The value as what comes out of the layout. */
export const reordered = (x: Value): Value => outOfLayout(intoLayout(x));

/**
 * Runs a check of graphs that use the blocked layout. ONNX Runtime registers its operators only on processors that
 * have it: on others such a graph must be refused when it is loaded.
 */
export async function whereLayoutIs(check: () => Promise<unknown>): Promise<void> {
  if ((await cpuChannelBlock()) > 1) {
    await check();
    return;
  }
  const failure = await check().then(
    () => undefined,
    (error: Error) => error,
  );
  // What fails in a property is the cause of the property's error.
  expect(`${failure} ${failure?.cause}`).toContain("ONNX Runtime refused");
}

/** Runs a check of an operator, which may be one of the layout. */
export async function whereAvailable(operator: string, check: () => Promise<unknown>): Promise<void> {
  if (isOfLayout(operator)) await whereLayoutIs(check);
  else await check();
}

/** The operators of the model that a graph is written as, in order; those of a loop's body as a list of their own. */
export type WrittenOperators = (string | WrittenOperators)[];

export function writtenOperators(graph: Graph): WrittenOperators {
  return operatorsOf(fromBinary(ModelProtoSchema, writeModel(graph)).graph!);
}

function operatorsOf({ node }: GraphProto): WrittenOperators {
  return node.flatMap(({ opType, attribute }) => {
    const body = attribute.find(({ name }) => name === "body")?.g;
    return body ? [opType, operatorsOf(body)] : [opType];
  });
}
