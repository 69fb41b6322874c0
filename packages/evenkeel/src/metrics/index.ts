export { type Metric, type MetricName, metricOf, metrics } from "./metrics.js";
