export { type Cifar10Options, cifar10 } from "./cifar10.js";
export { type LabelledImages, parseCifar10 } from "./cifar10-records.js";
export { type CsvDataset, type CsvOptions, parseCsv } from "./csv.js";
export {
  type Dataset,
  type DatasetSource,
  type DatasetValues,
  dataset,
  type TrainTest,
} from "./dataset.js";
export type { FetchStep } from "./fetch/download.js";
export { type Fetched, type FetchOptions, type FetchProgress, fetchDataset } from "./fetch/fetch.js";
export { readCsv, readIdx } from "./files.js";
export { cacheFolder, type DatasetPlace, datasetPlaces } from "./folders.js";
export { parseIdx } from "./idx.js";
export { oneHot } from "./labels.js";
export { fashionMnist, type MnistOptions, mnist } from "./mnist.js";
export type { DatasetName } from "./published.js";
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
