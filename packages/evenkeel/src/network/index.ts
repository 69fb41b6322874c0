export type { NetworkConfiguration } from "./configuration.js";
export { exportNetwork, importNetwork } from "./export.js";
export { type ForwardOptions, Network, type NetworkWeight } from "./network.js";
export { formatSummary, type Summary, type SummaryRow, summarize } from "./summary.js";
