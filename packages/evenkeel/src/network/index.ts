export { exportNetwork, importNetwork } from "./export.js";
export {
  batchDimension,
  type ForwardOptions,
  Network,
  type NetworkConfiguration,
  type NetworkWeight,
} from "./network.js";
export { formatSummary, type Summary, type SummaryRow, summarize } from "./summary.js";
