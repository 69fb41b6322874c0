import {
  functional,
  input,
  type Layer,
  layers,
  type Model,
  type Runtime,
  randomStream,
  sequential,
  type Tensor,
  tensor,
} from "evenkeel";

// Imported by the library's name, so that a page and a test in Node can run the same.

const classes = 4;

/** Images with a bright stripe whose place is the label. */
export function stripes(count: number): { x: Tensor<"uint8">; y: Tensor<"uint8"> } {
  const random = randomStream(1, "stripes");
  const labels = Uint8Array.from({ length: count }, () => random.integer(classes));
  const pixels = Uint8Array.from({ length: count * 64 }, (_, index) => {
    const column = Math.floor((index % 8) / 2);
    const bright = column === labels[Math.floor(index / 64)] ? 100 : 0;
    return bright + random.integer(120);
  });
  return { x: tensor(pixels, [count, 1, 8, 8]), y: tensor(labels) };
}

const activation = () => layers.activation({ activation: "relu" });

/** A perceptron with batch normalization and dropout. */
export function perceptron(runtime: Runtime): Model {
  const stack: Layer[] = [
    layers.rescaling({ scale: 1 / 255, inputShape: [1, 8, 8] }),
    layers.flatten(),
    layers.dense({ units: 32, useBias: false }),
    layers.batchNormalization(),
    activation(),
    layers.dropout({ rate: 0.2 }),
    layers.dense({ units: classes, name: "last" }),
  ];
  return sequential(stack, { seed: 3, runtime });
}

/** A residual convolutional network with batch normalization. */
export function residual(runtime: Runtime): Model {
  const x = input({ shape: [1, 8, 8] });
  const convolution = (strides = 1) =>
    layers.conv2d({ filters: 8, kernelSize: 3, strides, padding: "same", useBias: false });
  const scaled = layers.rescaling({ scale: 1 / 255 }).apply(x);
  const first = activation().apply(layers.batchNormalization().apply(convolution().apply(scaled)));
  const branch = layers.batchNormalization().apply(convolution().apply(first));
  const sum = activation().apply(layers.add().apply([first, branch]));
  const strided = activation().apply(layers.batchNormalization().apply(convolution(2).apply(sum)));
  const pooled = layers.flatten().apply(layers.maxPooling2d({ poolSize: 2 }).apply(strided));
  const outputs = layers.dense({ units: classes }).apply(pooled);
  return functional({ inputs: x, outputs, seed: 3, runtime });
}
