/** A row of De & Smith's table of depths: test accuracy and optimal rate. */
export interface PublishedDepth {
  method: Method;
  depth: number;
  /** In %, with its error; undefined: it does not train. */
  accuracy?: readonly [mean: number, error: number];
  /** Exponents of 2: the optimal rate, and the range of those within error of it. */
  rate?: readonly [optimal: number, low: number, high: number];
}

/** What the table compares, by the names that series and rows have. */
export const methods = [
  "batch norm",
  "SkipInit, α = 1/√d",
  "SkipInit, α = 0",
  "SkipInit, α = 1",
  "divided by √2",
] as const;

export type Method = (typeof methods)[number];

/** De & Smith 2020, the table of WRN-n-2 on CIFAR-10, 200 epochs of batch 64. */
export const publishedDepths: readonly PublishedDepth[] = [
  { method: "batch norm", depth: 16, accuracy: [93.5, 0.1], rate: [-1, -1, -1] },
  { method: "batch norm", depth: 100, accuracy: [94.7, 0.1], rate: [-1, -2, 0] },
  { method: "batch norm", depth: 1000, accuracy: [94.6, 0.1], rate: [-2, -3, 0] },
  { method: "SkipInit, α = 1/√d", depth: 16, accuracy: [93.0, 0.1], rate: [-2, -2, -1] },
  { method: "SkipInit, α = 1/√d", depth: 100, accuracy: [94.2, 0.1], rate: [-1, -2, -1] },
  { method: "SkipInit, α = 1/√d", depth: 1000, accuracy: [94.2, 0.0], rate: [-1, -2, -1] },
  { method: "SkipInit, α = 0", depth: 16, accuracy: [93.3, 0.1], rate: [-2, -2, -2] },
  { method: "SkipInit, α = 0", depth: 100, accuracy: [94.2, 0.1], rate: [-2, -2, -2] },
  { method: "SkipInit, α = 0", depth: 1000, accuracy: [94.3, 0.2], rate: [-2, -3, -1] },
  { method: "SkipInit, α = 1", depth: 16, accuracy: [93.0, 0.1], rate: [-2, -2, -1] },
  { method: "SkipInit, α = 1", depth: 100 },
  { method: "SkipInit, α = 1", depth: 1000 },
  { method: "divided by √2", depth: 16, accuracy: [92.4, 0.1], rate: [-2, -2, -1] },
  { method: "divided by √2", depth: 100, accuracy: [88.9, 0.4], rate: [-5, -5, -5] },
  { method: "divided by √2", depth: 1000 },
];
