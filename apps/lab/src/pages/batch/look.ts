import type { BatchNormalizationOptions, Model, Tensor } from "evenkeel";
import type { Comparison } from "../../networks/comparison.ts";
import { layerNames, type NetworkSettings } from "../../networks/experiment.ts";
import type { Channel, Normalization } from "./arithmetic.ts";

/** Which numbers of a comparison are wanted; everything is counted from 1, and the last is taken in place of none. */
export interface Place {
  network: number;
  /** Hidden layer. Where the input is normalized, there is but that. */
  layer: number;
  channel: number;
  /** Which batch, in the order in which training takes them. */
  batch: number;
  /** Examples of the batch. */
  size: number;
  /** Whether the pass is one of training, or of inference. */
  mode: "training" | "inference";
}

/** One channel of one layer in one batch. */
export interface Look {
  /** Steps that the networks have taken. */
  steps: number;
  /** Mean loss over the batch, of which the gradients are. */
  loss: number;
  channel: Channel;
  /** The names of the layers that give x and y; one where nothing normalizes. */
  layers: string[];
  /** How many channels the layer has. */
  channels: number;
  /** `[size · 784]`, 0 to 255. */
  images: Uint8Array;
  /** What the images show. */
  labels: string[];
}

/** Looks at the networks of a comparison as they are. Changes nothing. */
export async function lookInside(comparison: Comparison, place: Place): Promise<Look> {
  const index = Math.min(place.network, comparison.competitors.length) - 1;
  const { model } = comparison.competitors[index]!;
  const settings = comparison.experiment.networks[index]!;
  const { x, y } = comparison.batch(place.batch - 1, place.size);
  const { before, normalization } = layersOf(settings, Math.min(place.layer, settings.depth));
  const layers = normalization === undefined ? [before] : [before, normalization];
  const found = await model.inspect(x, y, {
    training: place.mode === "training",
    layers,
    layerGradients: layers,
    weightGradients: normalization === undefined ? [] : affineNames(normalization),
  });
  const [, channels = 1] = found.layers[before]!.shape;
  const channel = Math.min(place.channel, channels) - 1;
  return {
    steps: comparison.steps,
    loss: found.measures.loss!,
    channel: {
      x: columnOf(found.layers[before]!, channel),
      inputGradient: columnOf(found.layerGradients[before]!, channel),
      normalization:
        normalization === undefined
          ? undefined
          : {
              byBatch: place.mode === "training" && !settings.frozen,
              y: columnOf(found.layers[normalization]!, channel),
              outputGradient: columnOf(found.layerGradients[normalization]!, channel),
              momentum: settings.momentum,
              frozen: settings.frozen,
              ...(await weightsOf(model, normalization, channel)),
              gammaGradient: found.weightGradients[affineNames(normalization)[0]!]!.data[channel]!,
              betaGradient: found.weightGradients[affineNames(normalization)[1]!]!.data[channel]!,
            },
    },
    layers,
    channels,
    images: x.data as Uint8Array,
    labels: Array.from(y.data as Uint8Array, (label) => comparison.data.train.classes![label]!),
  };
}

/** The layer whose values are normalized, and the one that does it, if any. */
function layersOf(
  { placement }: NetworkSettings,
  hidden: number,
): { before: string; normalization?: string } {
  switch (placement) {
    case "none":
      return { before: layerNames.dense(hidden) };
    case "before":
      return { before: layerNames.dense(hidden), normalization: layerNames.normalization(hidden) };
    case "after":
      return { before: layerNames.activation(hidden), normalization: layerNames.normalization(hidden) };
    case "input":
      return { before: "flatten", normalization: layerNames.inputNormalization };
  }
}

function affineNames(normalization: string): [gamma: string, beta: string] {
  return [`${normalization}/gamma`, `${normalization}/beta`];
}

async function weightsOf(
  model: Model,
  normalization: string,
  channel: number,
): Promise<Pick<Normalization, "gamma" | "beta" | "epsilon" | "runningMean" | "runningVariance">> {
  const weights = await model.getWeights();
  const of = (name: string) => (weights.get(`${normalization}/${name}`)!.data as Float32Array)[channel]!;
  return {
    gamma: of("gamma"),
    beta: of("beta"),
    epsilon: epsilonOf(model, normalization),
    runningMean: of("runningMean"),
    runningVariance: of("runningVariance"),
  };
}

/** The library's default stands where the network says nothing. */
function epsilonOf(model: Model, normalization: string): number {
  const { epsilon = 1e-3 } = model.getLayer(normalization).options as BatchNormalizationOptions;
  return epsilon;
}

/** One channel of `[N, channels]`. */
function columnOf({ shape, data }: Tensor<"float32">, channel: number): Float32Array {
  const [examples = 0, channels = 1] = shape;
  return Float32Array.from({ length: examples }, (_, example) => data[example * channels + channel]!);
}
