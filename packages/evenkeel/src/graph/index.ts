export {
  type Dimension,
  elementCount,
  Graph,
  type Node,
  type Shape,
  sameShape,
  staticShape,
  type Value,
} from "./graph.js";
export { readModel, type StoredModel, writeModel } from "./onnx.js";
export * from "./operations.js";
export { broadcastShapes, GraphError, type OperatorName } from "./operators.js";
