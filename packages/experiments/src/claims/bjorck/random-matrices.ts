import { claim } from "../../claim/claim.js";
import { rules } from "../../claim/rule.js";
import type { Mark, Plot } from "../../figures/figure.js";
import { limitEdge, limitLaw } from "../../probes/matrix-products.js";
import { type RandomProductsResult, randomProducts } from "../../runs/random-products.js";
import type { Size } from "../../runs/run.js";

const orders = { smoke: 60, laptop: 500, paper: 1000 } as const satisfies Record<Size, number>;
const factors = [1, 3, 5] as const;

const products = (size: Size) => ({ products: randomProducts({ order: orders[size], factors }) });

interface Products {
  products: RandomProductsResult;
}

const spectrum = ({ products }: Products, count: number) =>
  products.spectra.find((each) => each.factors === count)!;
const condition = (results: Products, count: number) => {
  const { largest, smallest } = spectrum(results, count);
  return largest / smallest;
};

/** The largest singular value, in units of the limit's edge. */
const edge = (count: number) => ({
  title: `largest singular value of a product of ${count} ÷ ${limitEdge(count).toFixed(3)}`,
  of: (results: Products) => spectrum(results, count).largest / limitEdge(count),
  scale: "log" as const,
  unit: "ratio" as const,
  rule: rules.between(0.9, 1.1),
});

const distance = (count: number) => ({
  title: `largest difference from the limit law's distribution, product of ${count}`,
  of: (results: Products) => spectrum(results, count).distance,
});

const growth = (from: number, to: number) => ({
  title: `condition number of a product of ${to} ÷ that of ${from}`,
  of: (results: Products) => condition(results, to) / condition(results, from),
  scale: "log" as const,
  unit: "ratio" as const,
  rule: rules.above(1),
});

/** BJ18-11. */
export const randomMatrices = claim({
  id: "BJ18-11",
  title: "Products of random matrices",
  statement:
    "The more Gaussian matrices are multiplied, the longer the tail of the product's singular values, to an edge of √((M+1)^(M+1)/M^M), and the larger its condition number.",
  source: "section 4, the figure of singular values",
  published: "Right edges of about 2, 3.1 and 3.9 for 1, 3 and 5 factors (limits: 2.000, 3.079, 3.864).",
  setting: {
    smoke: "Matrices of 60×60",
    laptop:
      "Products of 1, 3 and 5 independent 500×500 matrices, entries of variance 1/500. The edges are limits for large matrices: 10 % are allowed for matrices of this size, set after a trial in which the edge of five was 5 % low.",
    paper: "As at laptop with 1000×1000 (the published size was not recovered).",
  },
  runs: products,
  measures: {
    edge1: edge(1),
    edge3: edge(3),
    edge5: edge(5),
    condition3: growth(1, 3),
    condition5: growth(3, 5),
    distance1: distance(1),
    distance3: distance(3),
    distance5: distance(5),
  },
  figures: ({ seeds }) => [
    {
      title: "Singular values of products of random matrices",
      caption:
        "Bars: the matrices of the first seed. Lines: the law for large matrices, and where it ends. The published figure shows the same three shapes.",
      panels: factors.map((count) => panel(count, spectrum(seeds[0]!.results, count).histogram)),
    },
  ],
  remarks: {
    refuted:
      "The edges are limits for large matrices, and 10 % are allowed for those of this size; each condition number is that of one product for each seed.",
    undecided:
      "The edges are limits for large matrices, and 10 % are allowed for those of this size; each condition number is that of one product for each seed.",
  },
});

function panel(
  count: number,
  { edges, counts }: { edges: readonly number[]; counts: readonly number[] },
): Plot {
  const values = counts.reduce((sum, each) => sum + each, 0);
  const heights = counts.map((each, bin) => each / values / (edges[bin + 1]! - edges[bin]!));
  // Every hundredth point is enough to draw, and the density has no bound at 0.
  const law = limitLaw(count).filter(({ value }, index) => index % 100 === 0 && value > 0.02);
  const marks: Mark[] = [
    { type: "histogram", series: "measured", edges, heights },
    { type: "line", series: "limit", points: law.map(({ value, density }) => ({ x: value, y: density })) },
    { type: "rule", axis: "x", at: limitEdge(count), label: limitEdge(count).toFixed(3) },
  ];
  return {
    type: "plot",
    title: count === 1 ? "1 matrix" : `a product of ${count}`,
    x: { label: "singular value", domain: [0, 4.2] },
    y: { label: "density", domain: [0, 3] },
    marks,
  };
}
