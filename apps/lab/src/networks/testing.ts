import { dataset, randomStream, type TrainTest, tensor } from "evenkeel";
import type { Experiment, NetworkSettings } from "./experiment.ts";

/** Images of noise, on which a class can be told by where it is brighter. */
export function brightNoise(training: number, testing: number): TrainTest {
  const part = (count: number, name: string) => {
    const random = randomStream(7, name);
    const labels = Uint8Array.from({ length: count }, (_, image) => image % 10);
    const pixels = Uint8Array.from({ length: count * 784 }, (_, place) => {
      const isBright = Math.floor((place % 784) / 78) === labels[Math.floor(place / 784)];
      return (isBright ? 120 : 0) + 100 * random.uniform();
    });
    return dataset({
      x: tensor(pixels, [count, 28, 28]),
      y: tensor(labels),
      name,
      classes: Array.from({ length: 10 }, (_, label) => String(label)),
    });
  };
  return { train: part(training, "training"), test: part(testing, "test") };
}

/** A small network. */
export function settingsWith(changed: Partial<NetworkSettings> = {}): NetworkSettings {
  return {
    depth: 2,
    width: 16,
    activation: "relu",
    placement: "before",
    bias: true,
    optimizer: "sgd",
    learningRate: 0.1,
    initialScale: 1,
    dropout: 0,
    batchSize: 16,
    momentum: 0.9,
    frozen: false,
    ...changed,
  };
}

/** An experiment of small networks. */
export function experimentWith(...networks: Partial<NetworkSettings>[]): Experiment {
  return { dataset: "mnist", examples: 200, seed: 3, networks: networks.map(settingsWith) };
}
