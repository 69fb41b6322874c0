import { distanceFromLimit, productSingularValues } from "../probes/matrix-products.js";
import { histogram } from "../probes/summaries.js";
import { experiment } from "./run.js";

/** Products of random matrices. */
export interface RandomProductsSettings {
  /** N: rows and columns. */
  order: number;
  /** M: how many are multiplied, for each product. */
  factors: readonly number[];
}

/** The singular values of one product. */
export interface ProductSpectrum {
  factors: number;
  largest: number;
  smallest: number;
  /** Largest difference between their distribution and the limit law. */
  distance: number;
  /** From 0 to 4. */
  histogram: { edges: number[]; counts: number[] };
}

/** By product. */
export interface RandomProductsResult {
  spectra: ProductSpectrum[];
}

/** Takes the singular values of products of Gaussian matrices (Bjorck et al. 2018, section 4). */
export const randomProducts = experiment<RandomProductsSettings, RandomProductsResult>({
  name: "random-products",
  revision: 1,
  seconds: ({ order, factors }) => factors.reduce((sum, count) => sum + (count + 2) * 3e-9 * order ** 3, 0),
  async run({ order, factors }, { seed, signal, progress }) {
    const spectra: ProductSpectrum[] = [];
    for (const [index, count] of factors.entries()) {
      await progress(index / factors.length);
      signal.throwIfAborted();
      const values = productSingularValues(order, count, seed);
      spectra.push({
        factors: count,
        largest: values.at(-1)!,
        smallest: values[0]!,
        distance: distanceFromLimit(values, count),
        histogram: histogram(values, { from: 0, to: 4, bins: 40 }),
      });
    }
    return { spectra };
  },
});
