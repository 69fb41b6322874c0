// @ts-check
// The networks as Evenkeel makes them.
import { layers, networks, optimizers, tensor } from "evenkeel";
import { examples, initialWeights } from "./examples.mjs";

/**
 * A model with the weights that all peers begin with.
 *
 * @param {import("../networks.mjs").Network} network
 * @param {import("evenkeel").Runtime} runtime
 */
export async function createModel(network, runtime) {
  const { ready, normalization, normalized = Number.POSITIVE_INFINITY } = network;
  let normalizations = 0;
  const shared = {
    preprocessing: [layers.rescaling({ scale: 1 / 255 })],
    normalization: () => {
      normalizations += 1;
      return normalizations <= normalized ? layers.batchNormalization(normalization) : undefined;
    },
    // Also where a normalization is left out.
    useBias: false,
    runtime,
  };
  const make = /** @type {(options: object) => import("evenkeel").Model} */ (networks[ready.name]);
  const model = make({ ...ready.options, ...shared });
  const kernels = [...(await model.getWeights()).keys()].filter((name) => name.endsWith("/kernel"));
  await model.setWeights(
    Object.fromEntries(
      initialWeights(network).map(({ values, shape }, index) => [kernels[index], tensor(values, shape)]),
    ),
  );
  return model;
}

/**
 * The same, ready to be trained, with the data as it lies in memory: uint8 pixels and labels.
 *
 * @param {import("../workloads.mjs").Training} work
 * @param {import("evenkeel").Runtime} runtime
 */
export async function createTraining({ network, data, optimizer }, runtime) {
  const model = await createModel(network, runtime);
  model.compile({ optimizer: optimizers.sgd(optimizer), loss: "sparseCategoricalCrossentropy" });
  return { model, ...dataOf(network, data) };
}

/**
 * The examples, and those from `first` to `last` (exclusive).
 *
 * @param {import("../networks.mjs").Network} network
 * @param {"digits" | "pictures"} data
 */
export function dataOf({ input }, data) {
  const { images, labels, count, size } = examples(data);
  return {
    count,
    slice: (/** @type {number} */ first, /** @type {number} */ last) => ({
      x: tensor(images.subarray(first * size, last * size), [last - first, ...input]),
      y: tensor(labels.subarray(first, last)),
    }),
  };
}
