import { type Tensor, take } from "evenkeel";
import { medianSorted, sampleKurtosis, standardDeviation } from "simple-statistics";
import { type KernelGradientSums, kernelGradientSums } from "../probes/kernel-gradient-sums.js";
import { allFinite, channelMoments, histogram } from "../probes/summaries.js";
import { stepSeconds } from "./cost.js";
import { type DataSettings, load } from "./data.js";
import { build, type NetworkSettings } from "./network.js";
import { experiment } from "./run.js";

/** A network at initialisation, and what is looked at in it, on one batch in training mode. */
export interface InitialNetworkSettings {
  data: DataSettings;
  network: NetworkSettings;
  /** Training examples in the batch. */
  examples: number;
  /** Layers whose channel means and variances are wanted. */
  moments: readonly string[];
  /** The convolution whose gradients are looked at entry by entry. */
  convolution: string;
  /** Convolutions of 3×3 that keep the size, and what each of them takes. */
  sums: readonly { layer: string; input: string }[];
}

/** What was found. */
export interface InitialNetworkResult {
  loss: number;
  /** Of each layer's output, by channel. */
  moments: Record<string, { mean: number[]; variance: number[] }>;
  /** The entries of the gradient of one kernel. */
  kernelGradient: {
    standardDeviation: number;
    /** 3 for a normal distribution. */
    kurtosis: number;
    largest: number;
    /** max|g| ÷ median|g|; `Number.MAX_VALUE` where most entries are 0. */
    largestToMedian: number;
    /** From −largest to largest. */
    histogram: { edges: number[]; counts: number[] };
    /** `[filters][channels]`: mean of |g| over the places in the kernel. */
    byChannels: number[][];
  };
  /** `[examples][filters]`: gradient with respect to that convolution's output, mean over positions. */
  filterGradients: number[][];
  /** `[examples][classes]`. */
  logitGradients: number[][];
  /** The examples' classes. */
  labels: number[];
  /** By convolution. */
  sums: Record<string, KernelGradientSums>;
}

/** Terms of a kernel gradient that are summed in a second. */
const termsPerSecond = 4e8;

/** Bins of the histogram: an odd number, so that 0 lies in the middle of one. */
const bins = 61;

/**
 * Looks at a network before it has been trained.
 *
 * @throws Error when its values are beyond float32, or the kernel's gradient is 0: there is nothing to see then.
 */
export const initialNetwork = experiment<InitialNetworkSettings, InitialNetworkResult>({
  name: "initial-network",
  revision: 2,
  seconds: ({ network, data, examples, sums }) => {
    // Every stage halves both sides and doubles the channels, so that all convolutions have as many terms as the first.
    const terms = examples * 16 ** 2 * 9 * 32 ** 2;
    return 0.3 + 3 * stepSeconds(network, data, examples) + (sums.length * terms) / termsPerSecond;
  },
  async run(
    { data, network, examples, moments, convolution, sums },
    { seed, runtime, source, signal, progress },
  ) {
    const { x, y } = take((await load(data, { source })).train, examples);
    const model = build(network, { seed, runtime });
    try {
      model.compile({ loss: "sparseCategoricalCrossentropy" });
      const kernel = `${convolution}/kernel`;
      const found = await model.inspect(x, y, {
        layers: [...new Set([...moments, ...sums.map(({ input }) => input)])],
        layerGradients: [...new Set([convolution, "output", ...sums.map(({ layer }) => layer)])],
        weightGradients: [kernel],
      });
      const summed: [string, KernelGradientSums][] = [];
      for (const [index, { layer, input }] of sums.entries()) {
        signal.throwIfAborted();
        progress(index / sums.length);
        summed.push([layer, kernelGradientSums(found.layers[input]!, found.layerGradients[layer]!, 3)]);
      }
      const result: InitialNetworkResult = {
        loss: found.measures.loss!,
        moments: Object.fromEntries(moments.map((name) => [name, channelMoments(found.layers[name]!)])),
        kernelGradient: entriesOf(kernel, found.weightGradients[kernel]!),
        filterGradients: means(found.layerGradients[convolution]!),
        logitGradients: means(found.layerGradients.output!),
        labels: Array.from(y.data, Number),
        sums: Object.fromEntries(summed),
      };
      if (!allFinite(result)) {
        throw new Error(`The network's values or gradients on ${examples} examples are beyond float32.`);
      }
      return result;
    } finally {
      await model.dispose();
    }
  },
});

function entriesOf(name: string, gradient: Tensor<"float32">): InitialNetworkResult["kernelGradient"] {
  const entries = Array.from(gradient.data);
  const sizes = entries.map(Math.abs).sort((a, b) => a - b);
  const largest = sizes.at(-1)!;
  if (largest === 0) throw new Error(`The gradient of ${name} is 0 everywhere: it has no distribution.`);
  return {
    standardDeviation: standardDeviation(entries),
    kurtosis: 3 + sampleKurtosis(entries),
    largest,
    largestToMedian: Math.min(largest / medianSorted(sizes), Number.MAX_VALUE),
    histogram: histogram(entries, { from: -largest, to: largest, bins }),
    byChannels: means({ ...gradient, data: gradient.data.map(Math.abs) }),
  };
}

/** Rows by the first axis and columns by the second: means over the others. */
function means({ shape, data }: Tensor<"float32">): number[][] {
  const [rows = 0, columns = 0] = shape;
  const size = data.length / (rows * columns);
  const mean = (start: number) =>
    data.subarray(start, start + size).reduce((sum, each) => sum + each, 0) / size;
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => mean((row * columns + column) * size)),
  );
}
