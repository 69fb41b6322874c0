/** A work whose claims are tested. */
export interface Work {
  /** Authors and year, as a text cites it. */
  citation: string;
  title: string;
  /** Where to find it. */
  where: string;
}

/** The works, by the letters that their claims' ids begin with. */
export const works = {
  IS15: {
    citation: "Ioffe & Szegedy 2015",
    title: "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift",
    where: "arXiv 1502.03167",
  },
  BJ18: {
    citation: "Bjorck, Gomes, Selman & Weinberger 2018",
    title: "Understanding Batch Normalization",
    where: "arXiv 1806.02375",
  },
  SA18: {
    citation: "Santurkar, Tsipras, Ilyas & Madry 2018",
    title: "How Does Batch Normalization Help Optimization?",
    where: "arXiv 1805.11604",
  },
  DS20: {
    citation: "De & Smith 2020",
    title: "Batch Normalization Biases Residual Blocks Towards the Identity Function in Deep Networks",
    where: "arXiv 2002.10444",
  },
  CB16: {
    citation: "Mishkin 2016",
    title: "Caffenet benchmark: batch normalization",
    where: "github.com/ducha-aiki/caffenet-benchmark",
  },
  NG17: {
    citation: "Ng 2017",
    title: "Why does batch norm work? (lecture C2W3L06)",
    where: "deeplearning.ai",
  },
  AS22: {
    citation: "AssemblyAI 2022",
    title: "Batch normalization: what it is and how to implement it (lecture)",
    where: "AssemblyAI",
  },
  IO17: {
    citation: "Ioffe 2017",
    title: "Batch Renormalization: Towards Reducing Minibatch Dependence in Batch-Normalized Models",
    where: "arXiv 1702.03275",
  },
  HO17: {
    citation: "Hoffer, Hubara & Soudry 2017",
    title: "Train longer, generalize better: closing the generalization gap in large batch training",
    where: "arXiv 1705.08741",
  },
  WH18: {
    citation: "Wu & He 2018",
    title: "Group Normalization",
    where: "arXiv 1803.08494",
  },
  WJ21: {
    citation: "Wu & Johnson 2021",
    title: "Rethinking “Batch” in BatchNorm",
    where: "arXiv 2105.07576",
  },
} as const satisfies Record<string, Work>;

/** The letters of a work. */
export type WorkId = keyof typeof works;
