import { writeWhole } from "../files/atomic.js";
import { type Checkpoint, writeCheckpoint } from "../files/checkpoint.js";
import type { Layer } from "../layers/index.js";
import { lossOf } from "../losses/losses.js";
import { type MetricName, metricOf } from "../metrics/metrics.js";
import { exportNetwork } from "../network/export.js";
import type { Network } from "../network/network.js";
import { formatSummary, type Summary, summarize } from "../network/summary.js";
import { type OptimizerName, optimizerOf, restoreOptimizer } from "../optimizers/optimizers.js";
import { rateAt } from "../optimizers/schedules.js";
import { requireKnown, shown } from "../options/known.js";
import { requireSeed, streamSeed } from "../random/stream.js";
import type { Runtime } from "../runtime/runtime.js";
import { sizeOf, type Tensor } from "../tensor/tensor.js";
import { checkExamples, checkInputs, type DataLike } from "../training/data-checks.js";
import { Engine, type Inspection, type InspectionRequest } from "../training/engine.js";
import { countOf, someExamples } from "../training/examples.js";
import { planFit, runFit } from "../training/fit.js";
import {
  type FitSettings,
  type History,
  type Logs,
  noProgress,
  type Progress,
} from "../training/progress.js";
import { countUpdates, staleStatistics } from "../training/stale-statistics.js";
import type { Objective } from "../training/step.js";
import { objectiveNames, objectivesOf } from "./objectives.js";
import {
  type BatchOptions,
  batchSizeOf,
  type CompileOptions,
  checkResume,
  completedFit,
  type FitOptions,
  inspectionOptionNames,
  type ResumeOptions,
  requireCount,
} from "./options.js";

/**
 * A network that can be trained: layers, weights, loss and optimiser together, with the functions that Keras
 * and TensorFlow.js give it.
 */
export class Model {
  private readonly engine: Engine;
  private progress: Progress = noProgress();
  private settings: FitSettings | undefined;
  /** Tensors that callbacks keep. */
  private readonly kept = new Map<string, Tensor>();
  private busy = false;

  /** Use `sequential`, `loadModel` or `loadCheckpoint`. */
  constructor(
    private readonly network: Network,
    readonly seed: number,
    runtime: Runtime,
    weights: ReadonlyMap<string, Tensor> = new Map(),
    steps = 0,
  ) {
    requireSeed(seed);
    this.progress.step = steps;
    countUpdates(this.progress.statisticsUpdates, network, steps);
    this.engine = new Engine(network, runtime, seed);
    this.engine.put(weights);
  }

  /** Its layers, from the input on. */
  get layers(): readonly Layer[] {
    return this.network.layers;
  }

  /** The shape of one example, without the batch. @throws Error when the model has several inputs. */
  get inputShape(): readonly number[] {
    const [input, ...others] = this.network.inputs;
    if (others.length === 0) return input!.shape;
    throw new Error(
      `The model has several inputs: ${this.inputNames.join(", ")}. Their shapes are those of getLayer(name).options.inputShape.`,
    );
  }

  /** The names of its inputs, in their order. */
  get inputNames(): readonly string[] {
    return this.network.inputs.map(({ name }) => name);
  }

  /** The names of its outputs, in their order: layers, `NAME:2` for the second use of a shared one. */
  get outputNames(): readonly string[] {
    return this.network.outputs;
  }

  /** Optimiser steps taken in the model's life. */
  get steps(): number {
    return this.progress.step;
  }

  /** The layer of a name. @throws Error naming those there are. */
  getLayer(name: string): Layer {
    return this.network.layer(name);
  }

  /** Sets what the model is trained with. The optimiser begins afresh, its schedule too; the weights stay. */
  compile(options: CompileOptions): void {
    this.requireIdle();
    const { optimizer = "sgd" } = options;
    const objectives = objectivesOf(options, this.network.outputs);
    this.engine.compile({ optimizer: optimizerOf(optimizer), objectives });
    this.progress.compiledAt = this.progress.step;
  }

  /**
   * Trains the model.
   *
   * @param x examples `[N, ...]`; of several inputs an array in their order, or an object by their names. uint8
   * stays uint8 in memory.
   * @param y targets: labels `[N]`, or values in the predictions' shape, as the loss wants them; of several
   * outputs likewise.
   * @throws RangeError for data or options that do not fit, before anything is trained; NonFiniteLossError
   * when the loss is no number any more (see `onNaN`).
   */
  async fit(x: DataLike, y: DataLike, options: FitOptions<Model> = {}): Promise<History> {
    const { epochs, ...order } = completedFit(options, this.seed);
    const firstEpoch = this.progress.epoch;
    const lastEpoch = firstEpoch + epochs;
    const examples = checkInputs(x, this.network)[0]!.shape[0]!;
    return this.train(x, y, options, { firstEpoch, lastEpoch, examples, ...order });
  }

  /**
   * Finishes the training that a checkpoint interrupted, with the settings it had: given the same data, the
   * weights are bit for bit those of a training that was never interrupted.
   *
   * When it had come to its end already, nothing more is trained.
   *
   * @throws Error when there was no training.
   */
  async resume(x: DataLike, y: DataLike, options: ResumeOptions<Model> = {}): Promise<History> {
    checkResume(options);
    if (!this.settings) throw new Error("There is nothing to resume: no fit was under way. Use model.fit.");
    return this.train(x, y, options, this.settings);
  }

  /** Takes one optimiser step on one batch. @returns its loss and metrics, from before the step. */
  async trainOnBatch(x: DataLike, y: DataLike): Promise<Logs> {
    const data = checkExamples(x, y, this.network, this.engine.compiled.objectives);
    const { step, compiledAt } = this.progress;
    const learningRate = rateAt(this.engine.compiled.optimizer.schedule, step - compiledAt);
    const seed = streamSeed(this.seed, "step", step);
    const logs = await this.exclusively(() => this.engine.trainOnBatch(data, { learningRate, seed }));
    this.progress.step += 1;
    countUpdates(this.progress.statisticsUpdates, this.network, 1);
    return logs;
  }

  /** Mean loss and metrics over the data, in inference mode. */
  async evaluate(x: DataLike, y: DataLike, options: BatchOptions = {}): Promise<Logs> {
    const batchSize = batchSizeOf("evaluate", options);
    const data = checkExamples(x, y, this.network, this.engine.compiled.objectives);
    return this.engine.evaluate(data, batchSize);
  }

  /**
   * What the model says of examples, in inference mode: `[N, ...]`.
   *
   * @throws Error when the model has several outputs; `outputs` gives them.
   */
  async predict(x: DataLike, options: BatchOptions = {}): Promise<Tensor<"float32">> {
    const { outputs } = this.network;
    if (outputs.length > 1) {
      throw new Error(
        `The model has ${outputs.length} outputs: ${outputs.join(", ")}. Use model.outputs(x), which gives one tensor for each.`,
      );
    }
    const [output] = await this.outputs(x, outputs, options);
    return output!;
  }

  /**
   * What some layers give for examples, in inference mode; by default those that are the model's outputs. One that is
   * named twice is given twice, as the same tensor.
   */
  async outputs(
    x: DataLike,
    layers: readonly string[] = this.network.outputs,
    options: BatchOptions = {},
  ): Promise<Tensor<"float32">[]> {
    const batchSize = batchSizeOf("predict", options);
    if (!Array.isArray(layers))
      throw new TypeError(`layers must be an array of layer names, got ${shown(layers)}.`);
    for (const name of layers) this.network.requireValue(name);
    return this.engine.predict(checkInputs(x, this.network), layers, batchSize);
  }

  /**
   * Looks inside one batch: outputs of layers, and gradients of the loss with respect to weights and to
   * layers' outputs. In training mode (default) batch normalization uses this batch. Changes nothing.
   */
  async inspect(x: DataLike, y: DataLike, request: Partial<InspectionRequest> = {}): Promise<Inspection> {
    requireKnown("inspect", request, inspectionOptionNames);
    const {
      training = true,
      layers = [],
      weightGradients = [],
      layerGradients = [],
      seed = this.seed,
    } = request;
    const data = checkExamples(x, y, this.network, this.engine.compiled.objectives);
    for (const name of [...layers, ...layerGradients]) this.network.requireValue(name);
    for (const name of weightGradients) this.requireWeight(name);
    return this.engine.inspect(data, {
      training,
      layers,
      weightGradients,
      layerGradients,
      seed: streamSeed(seed, "inspect"),
    });
  }

  /** Layers, shapes and parameters. Printed line by line unless `print` is something else. */
  summary(print: (line: string) => void = console.log): Summary {
    const summary = summarize(this.network);
    for (const line of formatSummary(summary).split("\n")) print(line);
    return summary;
  }

  /** Copies of all weights and running statistics, by name: `dense_1/kernel`. */
  getWeights(): Promise<Map<string, Tensor>> {
    return this.engine.weights();
  }

  /** Replaces weights by name; those not named stay. @throws Error, before any is replaced, when one does not fit. */
  async setWeights(weights: ReadonlyMap<string, Tensor> | Record<string, Tensor>): Promise<void> {
    const given = weights instanceof Map ? [...weights] : Object.entries(weights as Record<string, Tensor>);
    for (const [name, { shape, type, data }] of given) {
      const expected = this.requireWeight(name).shape;
      if (type !== "float32" || shape.join() !== expected.join() || data.length !== sizeOf(expected)) {
        throw new RangeError(
          `The weight "${name}" is float32 [${expected.join(", ")}], got ${type} [${shape.join(", ")}] with ${data.length} values.`,
        );
      }
    }
    this.engine.put(given);
  }

  /**
   * The model at inference as the bytes of an ONNX file: input `input`, output `output`, both float32. Of several
   * inputs or outputs, each bears its layer's name.
   */
  async toOnnx(): Promise<Uint8Array> {
    return exportNetwork(this.network, await this.engine.weights(), this);
  }

  /**
   * Writes the model as one ONNX file that any ONNX runtime runs; once it is compiled, also what is needed to
   * go on training, beside it as `NAME.checkpoint`. Files appear whole or not at all. A browser has no files: there,
   * `toOnnx` and `toCheckpoint` give the bytes.
   */
  async save(path: string): Promise<void> {
    const model = await this.toOnnx();
    if (this.engine.isCompiled) await this.saveCheckpoint(checkpointPath(path));
    await writeWhole(path, model);
  }

  /**
   * Writes everything that is needed to go on training: weights, optimiser, position, settings. Needs Node, as `save`
   * does.
   */
  async saveCheckpoint(path: string): Promise<void> {
    await writeWhole(path, await this.toCheckpoint());
  }

  /** What `saveCheckpoint` writes, as bytes; `loadCheckpoint` takes them. */
  async toCheckpoint(): Promise<Uint8Array> {
    const { optimizer, objectives } = this.engine.compiled;
    requireRestorable(optimizer.type, objectives);
    return writeCheckpoint({
      network: this.network.configuration(),
      seed: this.seed,
      optimizer: { type: optimizer.type, options: optimizer.options },
      ...objectiveNames(objectives),
      progress: this.progress,
      settings: this.settings,
      tensors: new Map([
        ...(await this.engine.weights()),
        ...(await this.engine.optimizerState()),
        ...[...this.kept].map(([name, value]) => [`kept/${name}`, value] as const),
      ]) as Checkpoint["tensors"],
    });
  }

  /** Frees the runtime's memory. The model can be used again; its programs are then built anew. */
  async dispose(): Promise<void> {
    await this.engine.dispose();
  }

  /** Takes over what a checkpoint says of the training. */
  restore(checkpoint: Checkpoint): void {
    this.compile({
      optimizer: restoreOptimizer(checkpoint.optimizer.type, checkpoint.optimizer.options),
      loss: checkpoint.loss as CompileOptions["loss"],
      lossWeights: checkpoint.lossWeights ?? {},
      metrics: checkpoint.metrics as MetricName[],
    });
    for (const [name, value] of checkpoint.tensors) {
      if (name.startsWith("kept/")) this.kept.set(name.slice("kept/".length), value);
      else this.engine.put([[name, value]]);
    }
    this.progress = checkpoint.progress;
    this.settings = checkpoint.settings;
  }

  private async train(
    x: DataLike,
    y: DataLike,
    options: ResumeOptions<Model>,
    settings: FitSettings,
  ): Promise<History> {
    const { objectives } = this.engine.compiled;
    const { validationData, validationBatchSize = 1000, callbacks = [], onNaN = "throw" } = options;
    requireCount("validationBatchSize", validationBatchSize);
    for (const { interval } of callbacks) {
      if (interval !== undefined) requireCount("A callback's interval", interval);
    }
    if (typeof onNaN !== "function" && !["throw", "stop", "continue"].includes(onNaN)) {
      throw new RangeError(`onNaN must be "throw", "stop", "continue" or a function, got ${shown(onNaN)}.`);
    }
    const all = checkExamples(x, y, this.network, objectives);
    const count = countOf(all);
    if (count !== settings.examples) {
      throw new RangeError(
        `The training that is resumed has ${settings.examples} examples, got ${count}. Give the data it began with.`,
      );
    }
    const trained = Math.floor(count * (1 - settings.validationSplit));
    if (trained === 0) throw new RangeError("validationSplit leaves no examples to train on.");
    const validation = validationData
      ? checkExamples(...validationData, this.network, objectives, "validation ")
      : trained < count
        ? someExamples(all, trained, count)
        : undefined;
    const data = someExamples(all, 0, trained);
    return this.exclusively(async () => {
      const segments = await planFit(this.engine, data, settings);
      if (settings !== this.settings) this.begin(settings);
      const history = await runFit<Model>({
        engine: this.engine,
        data,
        segments,
        validation,
        validationBatchSize,
        settings,
        progress: this.progress,
        kept: this.kept,
        callbacks,
        signal: options.signal,
        onNaN,
        model: this,
      });
      const { onWarning = console.warn } = options;
      for (const message of staleStatistics(this.network, this.progress.statisticsUpdates)) {
        onWarning(`evenkeel: ${message}`);
      }
      return history;
    });
  }

  /** Begins a training. An epoch that an earlier one was cut short in is not taken up: the order is a fresh one. */
  private begin(settings: FitSettings): void {
    this.settings = settings;
    this.kept.clear();
    Object.assign(this.progress, { batch: 0, sums: {}, examples: 0, seconds: 0 });
  }

  private requireWeight(name: string) {
    const { weights } = this.network;
    const found = weights.find(({ fullName }) => fullName === name);
    if (found) return found;
    throw new Error(`There is no weight "${name}". There are: ${weights.map((w) => w.fullName).join(", ")}.`);
  }

  /** Two trainings at once would take turns on the same weights. */
  private async exclusively<T>(action: () => Promise<T>): Promise<T> {
    this.requireIdle();
    this.busy = true;
    try {
      return await action();
    } finally {
      this.busy = false;
    }
  }

  private requireIdle(): void {
    if (this.busy) throw new Error("The model is being trained already; wait for that training to end.");
  }
}

/** @throws Error for an optimizer, loss or metric of one's own, which a checkpoint could not bring back. */
function requireRestorable(optimizer: string, objectives: readonly Objective[]): void {
  try {
    optimizerOf(optimizer as OptimizerName);
    for (const { loss, metrics } of objectives) {
      lossOf(loss.type);
      for (const { name } of metrics) metricOf(name as MetricName);
    }
  } catch (cause) {
    throw new Error(
      `A checkpoint keeps what Evenkeel makes, and cannot keep this: ${(cause as Error).message} Compile without it before saving, or keep the model alone by toOnnx().`,
      { cause },
    );
  }
}

/** Where `save` puts the checkpoint of `model.onnx`: `model.checkpoint`, beside it. */
export function checkpointPath(path: string): string {
  return `${path.replace(/\.onnx$/, "")}.checkpoint`;
}
