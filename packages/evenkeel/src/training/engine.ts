import type { Target } from "../layers/index.js";
import { type Network, parameterCount } from "../network/network.js";
import type { Program, Runtime, State } from "../runtime/runtime.js";
import { type Tensor, tensor } from "../tensor/tensor.js";
import { countOf, type Examples, gatherExamples, someExamples } from "./examples.js";
import * as programs from "./programs.js";
import type { Logs } from "./progress.js";
import type { Compiled } from "./step.js";

/** Programs differ by batch size and by what is asked of them; of more than these, the longest unused go. */
const keptPrograms = 16;

/** Models of more parameters take one step in each run. */
const mostLoopedParameters = 2e6;

/** What a run of steps needs beside the examples; its length is the number of steps. */
export interface StepsToRun {
  batchSize: number;
  /** The examples of each batch, `[steps · batchSize]`. */
  order: Int32Array;
  learningRates: Float32Array;
  seeds: Uint32Array;
}

/** What to look at inside a batch. */
export interface InspectionRequest {
  /** True, the default: as in training, batch normalization by the batch; false: as at inference. */
  training: boolean;
  /** Layers whose outputs are wanted. Default none. */
  layers: readonly string[];
  /** Weights, by full name (`dense_1/kernel`), whose gradients are wanted. Default none. */
  weightGradients: readonly string[];
  /** Layers for whose outputs gradients are wanted. Default none. */
  layerGradients: readonly string[];
  /** Of everything random in the step, such as dropout. Default: the model's. */
  seed: number;
}

/** What was found: outputs of layers `[N, ...]`, and gradients in the shape of what they are of. */
export interface Inspection {
  measures: Logs;
  layers: Record<string, Tensor<"float32">>;
  weightGradients: Record<string, Tensor<"float32">>;
  layerGradients: Record<string, Tensor<"float32">>;
}

/** A network with its state on a runtime: builds each program when it is first needed, and keeps it. */
export class Engine {
  private made: State | undefined;
  /** What the state is to hold, until it is made. */
  private readonly given = new Map<string, Tensor>();
  private compiledWith: Compiled | undefined;
  private readonly loaded = new Map<string, Promise<Program>>();

  /** @param seed of the first values of weights that are not given. */
  constructor(
    readonly network: Network,
    readonly runtime: Runtime,
    private readonly seed: number,
  ) {}

  /** Made when it is first needed: to draw the first weights of a large network takes seconds. */
  get state(): State {
    if (this.made) return this.made;
    const weights = this.network.initialWeights(this.seed, this.given);
    this.made = this.runtime.createState(new Map([...weights, ...this.given]));
    this.given.clear();
    return this.made;
  }

  /** Gives weights, or tensors of the optimiser, their values. */
  put(tensors: Iterable<readonly [string, Tensor]>): void {
    for (const [name, tensor] of tensors) {
      if (!this.made) this.given.set(name, { ...tensor, data: tensor.data.slice() } as Tensor);
      else if (this.made.has(name)) this.made.write(name, tensor);
      else this.made.put(name, tensor);
    }
  }

  get isCompiled(): boolean {
    return this.compiledWith !== undefined;
  }

  /** @throws Error when the model has not been compiled. */
  get compiled(): Compiled {
    if (this.compiledWith) return this.compiledWith;
    throw new Error(
      "The model has no loss and optimizer yet: call model.compile({ optimizer, loss }) first.",
    );
  }

  /**
   * How many steps one run can take. A loop in the graph pays on the CPU, where the whole data set is an input that
   * costs nothing, and on CUDA, where it keeps the state on the device. WebGPU keeps the state there between runs, and
   * has no loop of its own. A loop holds a copy of the state that it carries: of many weights that is much memory
   * (a fifth of VGG-11's, bench/README.md), and steps that take so long gain no time by it.
   */
  get stepsPerRun(): number {
    const loops = ["cpu", "cuda"].includes(this.runtime.device);
    return loops && parameterCount(this.network.weights) <= mostLoopedParameters
      ? Number.POSITIVE_INFINITY
      : 1;
  }

  /** Sets loss, metrics and optimiser; the optimiser begins afresh. */
  compile(compiled: Compiled): void {
    this.compiledWith = compiled;
    void this.release();
    for (const name of this.made?.names() ?? [...this.given.keys()]) {
      if (!name.startsWith("optimizer/")) continue;
      this.made?.remove(name);
      this.given.delete(name);
    }
  }

  /** Takes optimiser steps. @returns the measures of each. */
  async train(data: Examples, run: StepsToRun): Promise<Logs[]> {
    const { batchSize, order, learningRates, seeds } = run;
    const steps = learningRates.length;
    if (this.stepsPerRun === 1) {
      return [
        await this.trainOnBatch(gatherExamples(data, order), {
          learningRate: learningRates[0]!,
          seed: seeds[0]!,
        }),
      ];
    }
    this.addSlots();
    const program = await this.manySteps(data, batchSize);
    // Where feeds are copied, a run gets its own examples only, in the order in which it takes them.
    const some = this.runtime.copiesFeeds === true && order.length < countOf(data);
    const examples = some ? gatherExamples(data, order) : data;
    const places = some ? Int32Array.from(order.keys()) : order;
    const results = await program.run(
      {
        ...this.feeds(examples),
        steps: tensor(BigInt64Array.of(BigInt(steps)), []),
        order: tensor(places, [steps, batchSize]),
        learningRates: tensor(learningRates),
        seeds: tensor(seeds),
      },
      this.state,
    );
    return Array.from({ length: steps }, (_, step) => measuresAt(results, step));
  }

  /** Takes one optimiser step on these examples. @returns its measures. */
  async trainOnBatch(batch: Examples, step: { learningRate: number; seed: number }): Promise<Logs> {
    this.addSlots();
    const program = await this.oneStep(batch, countOf(batch));
    const results = await program.run(
      {
        ...this.feeds(batch),
        learningRate: tensor(Float32Array.of(step.learningRate), []),
        seed: tensor(Uint32Array.of(step.seed), []),
      },
      this.state,
    );
    return measuresAt(results, 0);
  }

  /** Whether all weights and running statistics are finite numbers. */
  isFinite(): Promise<boolean> {
    return this.state.isFinite(this.network.weights.map(({ fullName }) => fullName));
  }

  /**
   * Builds and loads what `train` runs for a batch size, which would else count as part of its first run.
   *
   * @throws when the model cannot train on it.
   */
  async prepare(data: Examples, batchSize: number): Promise<void> {
    await (this.stepsPerRun === 1 ? this.oneStep(data, batchSize) : this.manySteps(data, batchSize));
  }

  /** Whether the step can be built for a batch size. */
  canTrainOn(data: Examples, batchSize: number): boolean {
    try {
      const { device } = this.runtime;
      programs.oneStep(this.blueprint({ device, channelBlock: 1 }), signatureOf(data), batchSize);
      return true;
    } catch {
      return false;
    }
  }

  /** Mean loss and metrics in inference mode. */
  async evaluate(data: Examples, batchSize: number): Promise<Logs> {
    const signature = signatureOf(data);
    const program = await this.program("evaluation", [signature], (blueprint) =>
      programs.evaluation(blueprint, signature),
    );
    const count = countOf(data);
    const sums: Logs = {};
    for (let start = 0; start < count; start += batchSize) {
      const batch = someExamples(data, start, start + batchSize);
      const results = await program.run(this.feeds(batch), this.state);
      for (const [name, value] of Object.entries(measuresAt(results, 0))) {
        sums[name] = (sums[name] ?? 0) + value * countOf(batch);
      }
    }
    return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / count]));
  }

  /** Outputs of layers in inference mode, batch by batch, joined along axis 0. A layer may be named twice. */
  async predict(
    x: readonly Tensor[],
    layers: readonly string[],
    batchSize: number,
  ): Promise<Tensor<"float32">[]> {
    const signature = programs.signaturesOf(x);
    const distinct = [...new Set(layers)];
    const program = await this.program("prediction", [signature, distinct], (blueprint) =>
      programs.prediction(blueprint, signature, distinct),
    );
    const count = countOf({ x });
    const joined = new Map<string, Tensor<"float32">>();
    for (let start = 0; start < count; start += batchSize) {
      const batch = someExamples({ x, y: [] }, start, start + batchSize);
      const results = await program.run(this.feeds(batch), this.state);
      for (const layer of distinct) {
        const { shape, data } = results[`layers/${layer}`] as Tensor<"float32">;
        const size = data.length / shape[0]!;
        if (start === 0) {
          joined.set(layer, tensor(new Float32Array(count * size), [count, ...shape.slice(1)]));
        }
        joined.get(layer)!.data.set(data, start * size);
      }
    }
    return layers.map((layer) => joined.get(layer)!);
  }

  /** Looks inside one batch; changes nothing. */
  async inspect(data: Examples, request: InspectionRequest): Promise<Inspection> {
    const signature = signatureOf(data);
    const batchSize = countOf(data);
    const { seed, training } = request;
    const wanted = {
      training,
      layers: [...new Set(request.layers)],
      weightGradients: [...new Set(request.weightGradients)],
      layerGradients: [...new Set(request.layerGradients)],
    };
    const program = await this.program("inspection", [signature, batchSize, wanted], (blueprint) =>
      programs.inspection(blueprint, signature, batchSize, wanted),
    );
    const feeds = { ...this.feeds(data), seed: tensor(Uint32Array.of(seed), []) };
    const results = await program.run(feeds, this.state);
    return {
      measures: measuresAt(results, 0),
      layers: underPrefix(results, "layers/"),
      weightGradients: underPrefix(results, "gradients/weights/"),
      layerGradients: underPrefix(results, "gradients/layers/"),
    };
  }

  /** Counts NaN and infinite values in data, weights, layers' outputs and gradients of one training step. */
  async diagnose(data: Examples, seed: number): Promise<Record<string, number>> {
    const signature = signatureOf(data);
    const batchSize = countOf(data);
    const program = await this.program("diagnosis", [signature, batchSize], (blueprint) =>
      programs.diagnosis(blueprint, signature, batchSize),
    );
    const feeds = { ...this.feeds(data), seed: tensor(Uint32Array.of(seed), []) };
    const results = await program.run(feeds, this.state);
    return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, Number(data[0])]));
  }

  /** The optimiser's tensors, as they are now. */
  async optimizerState(): Promise<Map<string, Tensor>> {
    this.addSlots();
    return this.readState(this.state.names().filter((name) => name.startsWith("optimizer/")));
  }

  /** The weights, as they are now. */
  async weights(): Promise<Map<string, Tensor>> {
    return this.readState(this.network.weights.map(({ fullName }) => fullName));
  }

  /** Frees what the runtime holds, on a device also the state; all of it comes back when needed. */
  async dispose(): Promise<void> {
    await this.release();
    await this.made?.release();
  }

  /** Frees all loaded programs; they are built again when needed. */
  private async release(): Promise<void> {
    const open = [...this.loaded.values()];
    this.loaded.clear();
    for (const program of open) await releaseOf(program);
  }

  /** Data by the names that programs have for it. */
  private feeds({ x, y }: Examples): Record<string, Tensor> {
    const names = programs.dataNames(this.network);
    return Object.fromEntries([
      ...x.map((values, index) => [names.x[index]!, values]),
      ...y.map((values, index) => [names.y[index]!, values]),
    ]);
  }

  private async readState(names: readonly string[]): Promise<Map<string, Tensor>> {
    const entries = new Map<string, Tensor>();
    for (const name of names) entries.set(name, await this.state.read(name));
    return entries;
  }

  /** Gives every trainable weight its optimiser tensors; those it has stay. */
  private addSlots(): void {
    const trained = this.network.weights
      .filter((weight) => this.network.isTrainable(weight))
      .map(({ fullName, shape }) => ({ name: fullName, shape }));
    for (const { name, initial } of this.compiled.optimizer.slots(trained)) {
      if (!this.state.has(name)) this.state.put(name, initial);
    }
  }

  private blueprint(target: Target): programs.Blueprint {
    const shapes = new Map<string, readonly number[]>();
    const trained: { name: string; shape: readonly number[] }[] = [];
    for (const weight of this.network.weights) {
      shapes.set(weight.fullName, weight.shape);
      if (this.network.isTrainable(weight)) trained.push({ name: weight.fullName, shape: weight.shape });
    }
    for (const { name, initial } of this.compiledWith?.optimizer.slots(trained) ?? []) {
      shapes.set(name, initial.shape);
    }
    const engine = this;
    return {
      network: this.network,
      target,
      get compiled() {
        return engine.compiled;
      },
      shapeOf: (name) => shapes.get(name)!,
    };
  }

  private manySteps(data: Examples, batchSize: number): Promise<Program> {
    const signature = signatureOf(data);
    return this.program("manySteps", [signature, batchSize], (blueprint) =>
      programs.manySteps(blueprint, signature, batchSize),
    );
  }

  private oneStep(data: Examples, batchSize: number): Promise<Program> {
    const signature = signatureOf(data);
    return this.program("oneStep", [signature, batchSize], (blueprint) =>
      programs.oneStep(blueprint, signature, batchSize),
    );
  }

  private program(
    kind: string,
    key: readonly unknown[],
    build: (blueprint: programs.Blueprint) => Uint8Array,
  ): Promise<Program> {
    // Which layers are trainable is part of what a program is.
    const frozen = this.network.layers.filter(({ trainable }) => !trainable).map(({ name }) => name);
    const id = JSON.stringify([kind, frozen, ...key]);
    const known = this.loaded.get(id);
    if (known) {
      // The map's order is that of the last use.
      this.loaded.delete(id);
      this.loaded.set(id, known);
      return known;
    }
    for (const [oldest, program] of this.loaded) {
      if (this.loaded.size < keptPrograms) break;
      this.loaded.delete(oldest);
      void releaseOf(program);
    }
    const loading = this.load(build, `the ${kind} program`);
    this.loaded.set(id, loading);
    loading.catch(() => this.loaded.delete(id));
    return loading;
  }

  private async load(build: (blueprint: programs.Blueprint) => Uint8Array, label: string): Promise<Program> {
    const { device } = this.runtime;
    const channelBlock = await this.runtime.channelBlock();
    return this.runtime.load(build(this.blueprint({ device, channelBlock })), label);
  }
}

/** Releases a program once it is loaded; one that could not be loaded has nothing to release. */
async function releaseOf(program: Promise<Program>): Promise<void> {
  const loaded = await program.catch(() => undefined);
  await loaded?.release();
}

function signatureOf({ x, y }: Examples): programs.DataSignature {
  return { x: programs.signaturesOf(x), y: programs.signaturesOf(y) };
}

function measuresAt(results: Readonly<Record<string, Tensor>>, step: number): Logs {
  const logs: Logs = {};
  for (const [name, { data }] of Object.entries(results)) {
    if (name.startsWith("measures/")) logs[name.slice("measures/".length)] = Number(data[step]);
  }
  return logs;
}

function underPrefix(
  results: Readonly<Record<string, Tensor>>,
  prefix: string,
): Record<string, Tensor<"float32">> {
  return Object.fromEntries(
    Object.entries(results)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value as Tensor<"float32">]),
  );
}
