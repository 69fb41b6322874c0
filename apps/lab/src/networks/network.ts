import { layers, type Model, networks, optimizers, type Runtime, type Tensor, tensor } from "evenkeel";
import type { NetworkSettings } from "./experiment.ts";

/** A network with these settings, compiled. Networks of one seed begin with the same kernels. */
export async function networkOf(settings: NetworkSettings, seed: number, runtime: Runtime): Promise<Model> {
  const { depth, width, activation, placement, bias, dropout, initialScale, momentum, frozen } = settings;
  const normalization = { type: "batchNormalization", momentum, trainable: !frozen } as const;
  const onInput = placement === "input";
  const model = networks.mlp({
    inputShape: [28, 28],
    units: Array.from({ length: depth }, () => width),
    // On the input, batch normalization stands in the place of dividing by 255.
    preprocessing: onInput ? [] : [layers.rescaling({ scale: 1 / 255 })],
    inputNormalization: onInput ? normalization : "none",
    normalization: onInput || placement === "none" ? "none" : normalization,
    placement: placement === "after" ? "after" : "before",
    activation,
    useBias: bias,
    dropoutRate: dropout,
    seed,
    runtime,
  });
  if (initialScale !== 1) await model.setWeights(scaledKernels(await model.getWeights(), initialScale));
  model.compile({
    optimizer: optimizerOf(settings),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return model;
}

function scaledKernels(weights: ReadonlyMap<string, Tensor>, factor: number): Map<string, Tensor> {
  const kernels = [...weights].filter(([name]) => name.endsWith("/kernel"));
  return new Map(
    kernels.map(([name, { data, shape }]) => [
      name,
      tensor(
        Float32Array.from(data as Float32Array, (value) => factor * value),
        shape,
      ),
    ]),
  );
}

function optimizerOf({ optimizer, learningRate }: NetworkSettings) {
  switch (optimizer) {
    case "sgd":
      return optimizers.sgd({ learningRate });
    case "momentum":
      return optimizers.sgd({ learningRate, momentum: 0.9 });
    case "adam":
      return optimizers.adam({ learningRate });
    case "rmsProp":
      return optimizers.rmsProp({ learningRate });
  }
}
