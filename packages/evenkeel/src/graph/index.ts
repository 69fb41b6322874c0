export { elementCount, Graph, type Node, staticShape, type Value } from "./graph.js";
export { readModel, type StoredModel, writeModel } from "./onnx.js";
export * from "./operations.js";
export { GraphError, type OperatorName } from "./operators.js";
export { broadcastShapes, type Dimension, type Shape, sameShape } from "./shape.js";
