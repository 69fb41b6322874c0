import {
  callbacks,
  chooseRuntime,
  fashionMnist,
  fetchDataset,
  layers,
  loadCheckpoint,
  loadModel,
  type Model,
  mnist,
  nodeRuntime,
  optimizers,
  type Runtime,
  readCsv,
  readIdx,
  sequential,
  tensor,
  type WebRuntimeOptions,
  webRuntime,
} from "evenkeel";
import { perceptron, residual, stripes } from "../../stripes.js";

// Each is run in a worker of its own; what it returns goes to the test.

/** What came of a training. */
export interface Trained {
  losses: number[];
  predictions: number[];
}

/** Epochs of 25 steps of a network, and what it then says. */
export async function trained(
  make: (runtime: Runtime) => Model,
  runtime: Runtime,
  epochs = 4,
): Promise<Trained> {
  const { x, y } = stripes(800);
  const model = make(runtime);
  model.compile({
    optimizer: optimizers.sgd({ learningRate: 0.02, momentum: 0.9 }),
    loss: "sparseCategoricalCrossentropy",
  });
  const losses: number[] = [];
  await model.fit(x, y, {
    batchSize: 32,
    epochs,
    callbacks: [{ onStepsEnd: (steps) => void losses.push(...steps.map(({ logs }) => logs.loss!)) }],
    onWarning: () => {},
  });
  const { data } = await model.predict(x);
  await model.dispose();
  return { losses, predictions: Array.from(data) };
}

async function train({ residualEpochs, ...options }: WebRuntimeOptions & { residualEpochs?: number }) {
  const runtime = webRuntime(options);
  const { name, device } = runtime;
  const networks = {
    perceptron: await trained(perceptron, runtime),
    residual: await trained(residual, runtime, residualEpochs),
  };
  return { name, device, threads: runtime.threads, isolated: crossOriginIsolated, ...networks };
}

/** A model without a runtime of its own, and progress without a stream. */
async function defaults() {
  const model = sequential([layers.dense({ units: 1, inputShape: [2], kernelInitializer: "ones" })]);
  model.compile({ loss: "meanSquaredError" });
  await model.fit([[1, 2]], [3], { epochs: 2, callbacks: [callbacks.progress()], onWarning: () => {} });
  const { data } = await model.predict([[1, 2]]);
  return { predictions: Array.from(data), ...describe(webRuntime()) };
}

const describe = ({ name, device, threads }: Runtime) => ({ name, device, threads });

async function choose({ hardware = false }: { hardware?: boolean }) {
  if (hardware) pretendHardware();
  const { runtime, whyNotWebGpu } = await chooseRuntime({ threads: 1 });
  return { ...describe(runtime), whyNotWebGpu };
}

/** Lets the software behind WebGPU pass for a graphics card. */
function pretendHardware(): void {
  const find = navigator.gpu.requestAdapter.bind(navigator.gpu);
  navigator.gpu.requestAdapter = async (options) => {
    const adapter = await find(options);
    if (adapter) Object.defineProperty(adapter, "info", { value: { isFallbackAdapter: false } });
    return adapter;
  };
}

/** Another number of threads after the first program. */
async function settled() {
  const first = webRuntime({ threads: 2 });
  const early = webRuntime({ threads: 1 });
  await sequential([layers.dense({ units: 1, inputShape: [2] })], { runtime: first }).predict([[1, 2]]);
  const late = sequential([layers.dense({ units: 1, inputShape: [2] })], { runtime: early });
  return {
    threads: [first, webRuntime(), webRuntime({ threads: 2 })].map(({ threads }) => threads),
    errors: [
      await messageOf(() => webRuntime({ threads: 1 })),
      await messageOf(() => webRuntime({ wasmPaths: "/other" })),
      await messageOf(() => late.predict([[1, 2]])),
    ],
  };
}

async function messageOf(action: () => unknown): Promise<string> {
  try {
    await action();
    return "no error";
  } catch (cause) {
    return `${(cause as Error).name}: ${(cause as Error).message}`;
  }
}

/** What a model goes through besides training. */
async function life(options: WebRuntimeOptions) {
  const runtime = webRuntime(options);
  const { x, y } = stripes(64);
  const model = perceptron(runtime);
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  const quiet = { batchSize: 32, onWarning: () => {} };
  const predicted = async (of: Model) => Array.from((await of.predict(x)).data);
  const bits = async (of: Model) =>
    [...(await of.getWeights())].map(([name, { data }]) => [name, Array.from(data as Float32Array)]);
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

  const before = await model.getWeights();
  const untrained = await bits(model);
  await model.fit(x, y, quiet);
  const after = await bits(model);
  const predictions = await predicted(model);

  const reloaded = await loadModel(await model.toOnnx(), { runtime });
  const checkpoint = await model.toCheckpoint();
  const resumed = await loadCheckpoint(checkpoint, { runtime });
  const fromBytes = same(await predicted(reloaded), predictions) && same(await bits(resumed), after);

  await model.dispose();
  await model.dispose();
  const afterDisposal = same(await predicted(model), predictions) && same(await bits(model), after);
  await model.fit(x, y, quiet);
  await resumed.fit(x, y, quiet);
  const resumedAlike = same(await bits(model), await bits(resumed));

  await model.setWeights(before);
  const setBack = same(await bits(model), untrained);
  await model.setWeights({ "last/bias": tensor(new Float32Array(4).fill(Number.POSITIVE_INFINITY)) });
  const notFinite = await messageOf(() => model.fit(x, y, quiet));

  const explosive = perceptron(runtime);
  explosive.compile({
    optimizer: optimizers.sgd({ learningRate: 1e38 }),
    loss: "sparseCategoricalCrossentropy",
  });
  const exploded = await messageOf(() => explosive.fit(x, y, quiet));
  const finiteStill = [...(await explosive.getWeights()).values()].every(({ data }) =>
    (data as Float32Array).every(Number.isFinite),
  );
  for (const used of [model, reloaded, resumed, explosive]) await used.dispose();
  const moved = !same(after, untrained);
  const forNode = { checkpoint: Array.from(checkpoint), predictions };
  return {
    forNode,
    moved,
    fromBytes,
    afterDisposal,
    resumedAlike,
    setBack,
    notFinite,
    exploded,
    finiteStill,
  };
}

/** A training that only a message can end. */
async function stop() {
  const { x, y } = stripes(64);
  const model = perceptron(webRuntime());
  model.compile({ loss: "sparseCategoricalCrossentropy" });
  const ending = new AbortController();
  self.addEventListener("message", ({ data }) => {
    if (data === "stop") ending.abort();
  });
  const callback = {
    interval: 100,
    onStepsEnd(_: unknown, { progress }: { progress: { step: number } }) {
      if (progress.step === 100) self.postMessage("please stop me");
    },
  };
  const { stopped } = await model.fit(x, y, {
    epochs: 1e6,
    batchSize: 32,
    signal: ending.signal,
    callbacks: [callback],
    onWarning: () => {},
  });
  return { stopped };
}

/** What is read from addresses. */
async function read({ base }: { base: string }) {
  const { train, test } = await mnist({ folder: `${base}packed/` });
  const decoded = await fashionMnist({ folder: `${base}decoded` });
  const plain = await mnist({ folder: `${base}plain` });
  const { x } = await readCsv(`${base}table.csv?version=1`, { target: "b" });
  const { name } = await readCsv(`${base}table.csv?version=1`, { target: "b" });
  const idx = await readIdx(`${base}packed/train-labels-idx1-ubyte.gz`);
  const model = await loadModel(`${base}model.onnx`);
  return {
    shapes: [train.x.shape, test.x.shape, decoded.train.x.shape, plain.test.x.shape],
    labels: [train.y, decoded.test.y, plain.train.y, idx].map(({ data }) => Array.from(data as Uint8Array)),
    table: [name, Array.from(x.data as Float32Array)],
    predictions: Array.from((await model.predict([[1, 2]])).data),
  };
}

/** What a page does not have. */
async function refusals({ base }: { base: string }) {
  const model = sequential([layers.dense({ units: 1, inputShape: [2] })]);
  model.compile({ loss: "meanSquaredError" });
  const log = callbacks.csvLogger({ path: "log.csv" });
  return Promise.all(
    [
      () => nodeRuntime(),
      () => webRuntime({ threads: 2 }),
      () => model.save("model.onnx"),
      () => model.fit([[1, 2]], [3], { callbacks: [log] }),
      () => mnist(),
      () => mnist({ folder: `${base}none` }),
      () => fetchDataset("mnist"),
      () => readCsv(`${base}none.csv`, { target: "b" }),
      () => loadModel("http://localhost:1/model.onnx"),
      () => loadModel(Uint8Array.of(1, 2, 3)),
    ].map(messageOf),
  );
}

/** The most bytes that come from the device at once: in steps of training, and when weights are asked for. */
async function fromDevice() {
  const { x, y } = stripes(32);
  const model = perceptron(webRuntime({ device: "webgpu" }));
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  await model.trainOnBatch(x, y);
  let most = 0;
  const { mapAsync } = GPUBuffer.prototype;
  GPUBuffer.prototype.mapAsync = function (mode, ...place) {
    most = Math.max(most, this.size);
    return mapAsync.call(this, mode, ...place);
  };
  for (let step = 0; step < 5; step++) await model.trainOnBatch(x, y);
  const inSteps = most;
  await model.getWeights();
  await model.dispose();
  return { inSteps, forWeights: most };
}

/** By their names. */
export const tasks = { choose, defaults, fromDevice, life, read, refusals, settled, stop, train };
