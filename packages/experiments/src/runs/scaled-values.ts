import { normalizer, standardizer, tensor } from "evenkeel";
import { experiment } from "./run.js";

/** Values to scale by hand. */
export interface ScaledValuesSettings {
  values: readonly number[];
  /** The range that the values are known to have, which normalising takes to [0, 1]. */
  range: readonly [minimum: number, maximum: number];
}

/** The values scaled in both ways. */
export interface ScaledValuesResult {
  /** (x − minimum) / (maximum − minimum). */
  normalized: number[];
  /** (x − mean) / deviation. */
  standardized: number[];
  mean: number;
  /** Biased. */
  variance: number;
}

/** Normalises and standardises some values. */
export const scaledValues = experiment<ScaledValuesSettings, ScaledValuesResult>({
  name: "scaled-values",
  revision: 1,
  seconds: () => 0.01,
  async run({ values, range }) {
    const x = tensor(Float32Array.from(values));
    const standard = standardizer(x);
    return {
      normalized: Array.from(normalizer(x, { range }).transform(x).data),
      standardized: Array.from(standard.transform(x).data),
      mean: standard.parameters.mean[0]!,
      variance: standard.parameters.variance[0]!,
    };
  },
});
