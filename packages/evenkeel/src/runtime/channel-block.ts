import { InferenceSession, Tensor } from "onnxruntime-node";
import { Graph } from "../graph/graph.js";
import { writeModel } from "../graph/onnx.js";
import { intoLayout } from "../graph/reordering.js";

/** Above any block there is. */
const channels = 64;

let known: Promise<number> | undefined;

/**
 * How many channels a block of the layout holds, seen from where a second pixel goes; 1 where ONNX Runtime has no
 * such layout for this processor.
 */
export function cpuChannelBlock(): Promise<number> {
  known ??= observed().catch(() => 1);
  return known;
}

async function observed(): Promise<number> {
  const graph = new Graph("layout");
  graph.output("content", intoLayout(graph.input("x", "float32", [1, channels, 1, 2])));
  const session = await InferenceSession.create(writeModel(graph), {
    executionProviders: ["cpu"],
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  // Channel c has the pixels c and c + 1/2.
  const x = Float32Array.from({ length: 2 * channels }, (_, index) => index / 2);
  const { content } = await session.run({ x: new Tensor("float32", x, [1, channels, 1, 2]) });
  await session.release();
  const block = Array.from(content!.data as Float32Array).indexOf(0.5);
  return block > 0 && channels % block === 0 ? block : 1;
}
