// files.ts and mnist.ts read files and need Node; the other modules run in a browser too.

export { type CsvDataset, type CsvOptions, parseCsv } from "./csv.js";
export { type Dataset, type DatasetSource, type DatasetValues, dataset } from "./dataset.js";
export { readCsv, readIdx } from "./files.js";
export { parseIdx } from "./idx.js";
export { oneHot } from "./labels.js";
export { fashionMnist, type MnistOptions, mnist, type TrainTest } from "./mnist.js";
export {
  type NormalizerOptions,
  type NormalizerParameters,
  normalizer,
  type RescalerOptions,
  type RescalerParameters,
  rescaler,
  type Scaling,
  type ScalingParameters,
  type StandardizerOptions,
  type StandardizerParameters,
  scalingFrom,
  standardizer,
} from "./scaling.js";
export { type SplitOptions, shuffle, split, take } from "./split.js";
