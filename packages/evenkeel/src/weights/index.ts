export {
  checkInitializer,
  type Initializer,
  type InitializerName,
  type InitializerOptions,
  initialize,
} from "./initializers.js";
export { checkRegularizer, l1, l1l2, l2, penalty, type Regularizer } from "./regularizers.js";
export type { WeightRole, WeightSpecification } from "./weight.js";
