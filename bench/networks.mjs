// @ts-check
// The networks of the benchmark as data: every peer builds its own from the same description.

/**
 * @typedef {{ kind: "convolution", inputs: number, filters: number, size: number, stride: number, padding: number }} Convolution
 *   without bias, `size` × `size`.
 * @typedef {{ kind: "dense", inputs: number, units: number, useBias: boolean }} Dense
 * @typedef {{ kind: "batchNormalization", channels: number }} BatchNormalization
 * @typedef {{ kind: "relu" }} Relu
 * @typedef {{ kind: "maxPool", size: number }} MaxPool windows that lie side by side
 * @typedef {{ kind: "flatten", shape: number[] }} Flatten the shape before, channels first
 * @typedef {{ kind: "globalAverage" }} GlobalAverage
 * @typedef {{ kind: "residual", inner: Layer[], stride: number, inputs: number, outputs: number }} Residual
 *   the inner layers, plus a shortcut without parameters (He et al. 2015, option A): every `stride`-th pixel, with
 *   channels of zeros, half of them before and half behind.
 * @typedef {Convolution | Dense | BatchNormalization | Relu | MaxPool | Flatten | GlobalAverage | Residual} Layer
 *
 * @typedef {object} Network
 * @property {string} name
 * @property {number[]} input shape of one example, channels first
 * @property {Layer[]} layers
 * @property {{ momentum: number, epsilon: number }} normalization the share of the old value in running statistics
 * @property {number} [normalized] how many of the normalizations it has, the first ones; all by default
 * @property {{ name: "mlp" | "leNet5" | "vgg" | "resNet", options: object }} ready what it is in Evenkeel's `networks`
 */

const classes = 10;
/** @type {Relu} */
const relu = { kind: "relu" };
/** @type {MaxPool} */
const halve = { kind: "maxPool", size: 2 };

/** @param {number} inputs @param {number} units @returns {Dense} */
const output = (inputs, units) => ({ kind: "dense", inputs, units, useBias: true });
/** @param {number} channels @returns {BatchNormalization} */
const normalized = (channels) => ({ kind: "batchNormalization", channels });

/** @param {number} inputs @param {number} units @returns {Layer[]} */
const denseBlock = (inputs, units) => [
  { kind: "dense", inputs, units, useBias: false },
  normalized(units),
  relu,
];

/**
 * @param {number} inputs
 * @param {number} filters
 * @param {{ size?: number, stride?: number, padding?: number }} [options]
 * @returns {Layer[]}
 */
const convolution = (inputs, filters, { size = 3, stride = 1, padding = 1 } = {}) => [
  { kind: "convolution", inputs, filters, size, stride, padding },
  normalized(filters),
];

/** Batch normalization as it is common in networks of convolutions. */
const forConvolutions = { momentum: 0.9, epsilon: 1e-5 };

/**
 * Dense → BatchNorm → ReLU for each hidden width, then Dense: 784-300-100-10.
 *
 * @param {number[]} [hidden]
 * @returns {Network}
 */
export function mlp(hidden = [300, 100]) {
  const widths = [784, ...hidden];
  return {
    name: `MLP ${[...widths, classes].join("-")}`,
    input: [784],
    layers: [
      ...hidden.flatMap((units, index) => denseBlock(widths[index], units)),
      output(widths[hidden.length], classes),
    ],
    normalization: { momentum: 0.99, epsilon: 1e-3 },
    ready: { name: "mlp", options: { units: hidden } },
  };
}

/** LeNet-5 with max pooling and batch normalization. @returns {Network} */
export function leNet5() {
  return {
    name: "LeNet-5",
    input: [1, 28, 28],
    layers: [
      ...convolution(1, 6, { size: 5, padding: 2 }),
      relu,
      halve,
      ...convolution(6, 16, { size: 5, padding: 0 }),
      relu,
      halve,
      { kind: "flatten", shape: [16, 5, 5] },
      ...denseBlock(400, 120),
      ...denseBlock(120, 84),
      output(84, classes),
    ],
    normalization: forConvolutions,
    ready: { name: "leNet5", options: {} },
  };
}

/** VGG-11 for 32×32, one dense layer at the end. @returns {Network} */
export function vgg11() {
  const plan = [64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"];
  let channels = 3;
  const layers = plan.flatMap((entry) => {
    if (typeof entry === "string") return [halve];
    const block = [...convolution(channels, entry), relu];
    channels = entry;
    return block;
  });
  return {
    name: "VGG-11",
    input: [3, 32, 32],
    layers: [...layers, { kind: "flatten", shape: [512, 1, 1] }, output(512, classes)],
    normalization: forConvolutions,
    ready: { name: "vgg", options: { depth: 11 } },
  };
}

/**
 * The residual network for CIFAR of He et al. 2015: three stages of 16, 32 and 64 channels, `depth` = 6n + 2.
 *
 * @param {number} depth
 * @param {{ width?: number }} [options] a factor on the channels of all stages.
 * @returns {Network}
 */
export function resNet(depth, { width = 1 } = {}) {
  const blocks = (depth - 2) / 6;
  const stages = [16, 32, 64].map((channels) => channels * width);
  let inputs = stages[0];
  /** @type {Layer[]} */
  const layers = [...convolution(3, inputs), relu];
  for (const [stage, outputs] of stages.entries()) {
    for (let block = 0; block < blocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const inner = [...convolution(inputs, outputs, { stride }), relu, ...convolution(outputs, outputs)];
      layers.push({ kind: "residual", inner, stride, inputs, outputs }, relu);
      inputs = outputs;
    }
  }
  return {
    name: `ResNet-${depth}${width === 1 ? "" : `, ${width} times as wide`}`,
    input: [3, 32, 32],
    layers: [...layers, { kind: "globalAverage" }, output(inputs, classes)],
    normalization: forConvolutions,
    ready: { name: "resNet", options: { depth, widthFactor: width } },
  };
}

/**
 * All layers in the order of the data, those inside a residual block too.
 *
 * @param {Layer[]} layers
 * @returns {Generator<Exclude<Layer, Residual>>}
 */
export function* walk(layers) {
  for (const layer of layers) {
    if (layer.kind === "residual") yield* walk(layer.inner);
    else yield layer;
  }
}

/**
 * Floating-point operations of the matrix products and convolutions in a training step: forward, weight gradients,
 * and input gradients of all layers but the first.
 *
 * @param {Network} network
 * @param {number} batch
 */
export function stepOperations({ input, layers }, batch) {
  let [, side = 1] = input;
  const forward = [...walk(layers)].flatMap((layer) => {
    if (layer.kind === "maxPool") side /= layer.size;
    if (layer.kind === "dense") return [2 * batch * layer.inputs * layer.units];
    if (layer.kind !== "convolution") return [];
    const { inputs, filters, size, stride, padding } = layer;
    side = Math.floor((side + 2 * padding - size) / stride) + 1;
    return [2 * batch * filters * inputs * size ** 2 * side ** 2];
  });
  return forward.reduce((sum, operations, index) => sum + operations * (index === 0 ? 2 : 3), 0);
}
