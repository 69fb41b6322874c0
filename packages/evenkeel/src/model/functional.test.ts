import { describe, expect, it } from "vitest";
import { callbacks } from "../callbacks/index.js";
import { input, layers, type SymbolicTensor } from "../layers/index.js";
import { optimizers } from "../optimizers/index.js";
import { tensor } from "../tensor/tensor.js";
import { weightBits } from "../testing/bits.js";
import { features, quiet } from "../testing/clusters.js";
import { expectClose } from "../testing/expect-close.js";
import { singleThread } from "../testing/single-thread.js";
import { amount, build, compiledTwoByTwo, extra, numbers, twoByTwo, x, y } from "../testing/two-by-two.js";
import { sequential } from "./index.js";

const runtime = { runtime: singleThread };

describe("a functional model", () => {
  it("of layers in a row is the sequential one", async () => {
    const stack = () => [
      layers.dense({ units: 8, name: "hidden" }),
      layers.batchNormalization({ name: "norm" }),
      layers.dense({ units: 3, name: "output" }),
    ];
    const begin = input({ shape: [features], name: "begin" });
    const outputs = stack().reduce<SymbolicTensor>((before, layer) => layer.apply(before), begin);
    const models = [
      build({ inputs: begin, outputs }),
      sequential([layers.inputLayer({ inputShape: [features], name: "begin" }), ...stack()], {
        seed: 3,
        ...runtime,
      }),
    ];
    const files: Buffer[] = [];
    for (const model of models) {
      model.compile({ loss: "sparseCategoricalCrossentropy" });
      await model.fit(x, y, { epochs: 2, ...quiet });
      files.push(Buffer.from(await model.toOnnx()));
    }
    expect(files[0]!.equals(files[1]!)).toBe(true);
  });

  it("trains residual blocks, also from a branch weight of 0 (SkipInit)", async () => {
    const begin = input({ shape: [features] });
    let value = layers.dense({ units: 16, name: "stem" }).apply(begin);
    const stem = value;
    for (let block = 1; block <= 6; block++) {
      const norm = layers.batchNormalization({ momentum: 0.9 }).apply(value);
      const branch = layers.dense({ units: 16, activation: "relu" }).apply(norm);
      const scaled = layers.scale({ initialValue: 0, name: `alpha_${block}` }).apply(branch);
      value = layers.add({ name: `block_${block}` }).apply([value, scaled]);
    }
    const model = build({ inputs: begin, outputs: layers.dense({ units: 3 }).apply(value) });
    const [before, after] = await model.outputs(x, [stem.layer.name, "block_6"]);
    expect(after).toEqual(before);
    model.compile({
      optimizer: optimizers.sgd({ learningRate: 0.1, momentum: 0.9 }),
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
    });
    const { loss } = await model.evaluate(x, y);
    await model.fit(x, y, { epochs: 12, batchSize: 20, ...quiet });
    const weights = await model.getWeights();
    for (let block = 1; block <= 6; block++) expect(weights.get(`alpha_${block}/scale`)!.data[0]).not.toBe(0);
    const trained = await model.evaluate(x, y);
    expect(trained.loss).toBeLessThan(loss! / 3);
    expect(trained.accuracy).toBeGreaterThan(0.9);
  });

  it("sends the gradient through both ways of a residual block, as differences show", async () => {
    const begin = input({ shape: [2, 3], name: "begin" });
    const flat = layers.flatten().apply(begin);
    const branch = layers.dense({ units: 6, activation: "tanh", name: "branch" }).apply(flat);
    const model = build({ inputs: begin, outputs: layers.add().apply([flat, branch]) });
    model.compile({ loss: "meanSquaredError" });
    const [data, target] = [numbers([4, 2, 3], "data"), numbers([4, 6], "target")];
    const { layerGradients } = await model.inspect(data, target, { layerGradients: ["begin"] });
    const lossAt = async (index: number, step: number) => {
      const moved = data.data.slice();
      moved[index]! += step;
      return (await model.evaluate({ ...data, data: moved }, target)).loss!;
    };
    for (const index of [0, 7, 23]) {
      const slope = ((await lossAt(index, 0.05)) - (await lossAt(index, -0.05))) / 0.1;
      // The third derivative's share of a central difference, ε²/6 of at most 2, and float32's rounding of the loss.
      expect(Math.abs(layerGradients.begin!.data[index]! - slope)).toBeLessThan(0.001);
    }
  });
});

describe("several inputs and outputs", () => {
  const targets = { kind: y, size: amount };

  it("take data in their order or by their names, with the same result", async () => {
    const [ordered, named, mixed] = [compiledTwoByTwo(), compiledTwoByTwo(), compiledTwoByTwo()];
    const options = { epochs: 2, batchSize: 16, ...quiet };
    const histories = [
      await ordered.fit([x, extra], [y, amount], options),
      await named.fit({ side: extra, main: x }, { size: amount, kind: y }, options),
      await mixed.fit({ main: x, side: extra }, [y, [...amount.data]], options),
    ];
    for (const { history } of histories) expect(history).toEqual(histories[0]!.history);
    expect(await weightBits(named)).toEqual(await weightBits(ordered));
    expect(await weightBits(mixed)).toEqual(await weightBits(ordered));
    expect(await named.outputs({ side: extra, main: x })).toEqual(await ordered.outputs([x, extra]));
  });

  it("have losses, factors and metrics of their own", async () => {
    const model = compiledTwoByTwo();
    expect([model.inputNames, model.outputNames]).toEqual([
      ["main", "side"],
      ["kind", "size"],
    ]);
    const { history } = await model.fit([x, extra], [y, amount], {
      epochs: 15,
      batchSize: 16,
      validationData: [{ main: x, side: extra }, targets],
      ...quiet,
    });
    const names = ["loss", "kind/loss", "kind/accuracy", "size/loss", "size/meanAbsoluteError"];
    const validation = [
      "valLoss",
      "kind/valLoss",
      "kind/valAccuracy",
      "size/valLoss",
      "size/valMeanAbsoluteError",
    ];
    expect(Object.keys(history)).toEqual([...names, ...validation]);
    for (const name of ["kind/loss", "size/loss"])
      expect(history[name]!.at(-1)).toBeLessThan(history[name]![0]! / 2);
    const logs = await model.evaluate([x, extra], [y, amount], { batchSize: 50 });
    expect(Object.keys(logs)).toEqual(names);
    expectClose([logs.loss!], [logs["kind/loss"]! + 0.5 * logs["size/loss"]!], { relative: 1e-6 });
    const [kind, size] = await model.outputs([x, extra]);
    const hits = [...y.data].filter((label, i) => {
      const row = kind!.data.subarray(3 * i, 3 * i + 3);
      return row[label] === Math.max(...row);
    });
    expectClose([logs["kind/accuracy"]!], [hits.length / 120], { relative: 1e-6 });
    const errors = size!.data.map((value, i) => Math.abs(value - amount.data[i]!));
    const mean = errors.reduce((sum, error) => sum + error) / 120;
    expectClose([logs["size/meanAbsoluteError"]!], [mean], { relative: 1e-5 });
  });

  it("train on the sum of their losses: a factor of 0 leaves an output's own weights alone", async () => {
    const model = twoByTwo();
    model.compile({
      loss: { kind: "sparseCategoricalCrossentropy", size: "meanSquaredError" },
      lossWeights: { kind: 0 },
    });
    const before = await weightBits(model);
    await model.fit([x, extra], [y, amount], quiet);
    const after = await weightBits(model);
    const moved = Object.keys(after).filter((name) => after[name] !== before[name]);
    expect(moved).toEqual(Object.keys(before).filter((name) => !name.startsWith("kind/")));
    const logs = await model.trainOnBatch([x, extra], [y, amount]);
    expect(logs.loss).toBe(logs["size/loss"]);
  });

  it("may share one loss, and one list of metrics", async () => {
    const begin = input({ shape: [features] });
    const heads = ["first", "second"].map((name) => layers.dense({ units: 3, name }).apply(begin));
    const model = build({ inputs: begin, outputs: heads });
    model.compile({ loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
    const logs = await model.evaluate(x, [y, y]);
    expect(Object.keys(logs)).toEqual([
      "loss",
      "first/loss",
      "first/accuracy",
      "second/loss",
      "second/accuracy",
    ]);
  });

  it("can stop the training early by a measure of one output", async () => {
    const { stopped, epoch } = await compiledTwoByTwo().fit([x, extra], [y, amount], {
      epochs: 60,
      validationSplit: 0.2,
      callbacks: [callbacks.earlyStopping({ monitor: "kind/valAccuracy", patience: 3 })],
      ...quiet,
    });
    expect(epoch.length).toBeGreaterThan(4);
    expect(stopped).toBe("kind/valAccuracy has not improved for 3 epochs");
  });

  it("are looked into by the names of layers and of their uses", async () => {
    const model = compiledTwoByTwo();
    const wanted = ["wide", "shared", "shared:2", "both", "kind", "main"];
    const [wide, first, second, both, kind, main] = await model.outputs([x, extra], wanted);
    expect(main).toEqual(x);
    const byHand = sequential(
      [layers.dense({ units: 8, activation: "tanh", inputShape: [features], name: "shared" })],
      runtime,
    );
    const weights = await model.getWeights();
    await byHand.setWeights({
      "shared/kernel": weights.get("shared/kernel")!,
      "shared/bias": weights.get("shared/bias")!,
    });
    expectClose(first!, await byHand.predict(x), { absolute: 1e-6 });
    expectClose(second!, await byHand.predict(wide!), { absolute: 1e-6 });
    expect([...both!.data.subarray(0, 16)]).toEqual([
      ...first!.data.subarray(0, 8),
      ...second!.data.subarray(0, 8),
    ]);
    expect((await model.outputs([x, extra]))[0]).toEqual(kind);
    const found = await model.inspect([x, extra], [y, amount], {
      layers: ["shared:2"],
      layerGradients: ["shared:2", "shared"],
      weightGradients: ["shared/kernel"],
      training: false,
    });
    expectClose(found.layers["shared:2"]!, second!, { absolute: 1e-6 });
    expect(found.layerGradients.shared!.shape).toEqual([120, 8]);
    expect(found.layerGradients["shared:2"]).not.toEqual(found.layerGradients.shared);
  });

  it("stand in the summary, each use of a shared layer in a row, its weights counted once", () => {
    const lines: string[] = [];
    const { rows, parameters, trainable } = twoByTwo().summary((line) => lines.push(line));
    const brief = rows.map(({ layer, type, outputShape, parameters }) => [
      layer,
      type,
      outputShape,
      parameters,
    ]);
    expect(brief).toEqual([
      ["main", "inputLayer", "[batch, 6]", 0],
      ["side", "inputLayer", "[batch, 2]", 0],
      ["wide", "dense", "[batch, 6]", 18],
      ["shared", "dense", "[batch, 8]", 56],
      ["shared:2", "dense", "[batch, 8]", 0],
      ["both", "concatenate", "[batch, 16]", 0],
      ["norm", "batchNormalization", "[batch, 16]", 64],
      ["dropout_1", "dropout", "[batch, 16]", 0],
      ["dense_1", "dense", "[batch, 16]", 272],
      ["sum", "add", "[batch, 16]", 0],
      ["kind", "dense", "[batch, 3]", 51],
      ["size", "dense", "[batch, 1]", 17],
    ]);
    expect([parameters, trainable]).toEqual([478, 446]);
    expect(lines.at(-1)).toBe("Parameters: 478, of them 446 trainable and 32 not.");
  });
});

describe("a shared layer", () => {
  it("has one set of weights, whose gradient is the sum over its uses", async () => {
    const [a, b] = [input({ shape: [3] }), input({ shape: [3] })];
    const shared = layers.dense({ units: 2, name: "shared" });
    const model = build({
      inputs: [a, b],
      outputs: layers.subtract().apply([shared.apply(a), shared.apply(b)]),
    });
    model.compile({ loss: "meanSquaredError" });
    const [first, second, target] = [numbers([5, 3], "a"), numbers([5, 3], "b"), numbers([5, 2], "target")];
    const weights = await model.getWeights();
    expect([...weights.keys()]).toEqual(["shared/kernel", "shared/bias"]);
    const { weightGradients } = await model.inspect([first, second], target, {
      weightGradients: ["shared/kernel", "shared/bias"],
    });
    // The output is (a − b) · kernel: ∂/∂kernel of the mean of (output − target)² is 2/10 (a − b)ᵀ (output − target).
    const kernel = weights.get("shared/kernel")!.data as Float32Array;
    const difference = first.data.map((value, i) => value - second.data[i]!);
    const expected = new Float64Array(6);
    for (let row = 0; row < 5; row++) {
      for (let unit = 0; unit < 2; unit++) {
        let error = -target.data[2 * row + unit]!;
        for (let i = 0; i < 3; i++) error += difference[3 * row + i]! * kernel[2 * i + unit]!;
        for (let i = 0; i < 3; i++) expected[2 * i + unit]! += 0.2 * difference[3 * row + i]! * error;
      }
    }
    expectClose(weightGradients["shared/kernel"]!, expected, { relative: 1e-5, absolute: 1e-6 });
    expectClose(weightGradients["shared/bias"]!, [0, 0], { absolute: 1e-6 });
  });

  it("counts its penalty once", async () => {
    const [a, b] = [input({ shape: [3] }), input({ shape: [3] })];
    const shared = layers.dense({ units: 3, kernelRegularizer: { l2: 0.5 }, kernelInitializer: "ones" });
    const model = build({
      inputs: [a, b],
      outputs: layers.subtract().apply([shared.apply(a), shared.apply(b)]),
    });
    model.compile({ loss: "meanSquaredError" });
    const same = numbers([4, 3], "same");
    const { loss } = await model.evaluate([same, same], {
      type: "float32",
      shape: [4, 3],
      data: new Float32Array(12),
    });
    expect(loss).toBe(4.5);
  });

  it("that normalises moves its statistics once for each use, one after another", async () => {
    const [a, b] = [input({ shape: [2] }), input({ shape: [2] })];
    const norm = layers.batchNormalization({ momentum: 0.5, name: "norm" });
    const model = build({ inputs: [a, b], outputs: layers.add().apply([norm.apply(a), norm.apply(b)]) });
    model.compile({ loss: "meanSquaredError", optimizer: optimizers.sgd({ learningRate: 0.01 }) });
    const [first, second] = [
      tensor([
        [0, 10],
        [2, 30],
      ]),
      tensor([
        [8, 0],
        [4, 0],
      ]),
    ];
    const target = numbers([2, 2], "target");
    const steps = [
      () => model.trainOnBatch([first, second], target),
      () => model.fit([first, second], target, { shuffle: false, ...quiet }),
    ];
    let mean = [0, 0];
    let variance = [1, 1];
    for (const step of steps) {
      await step();
      // Half of the way to the batch's mean and variance, first [1, 20] and [1, 100], then [6, 0] and [4, 0].
      mean = [mean[0]! / 4 + 1 / 4 + 3, mean[1]! / 4 + 5];
      variance = [variance[0]! / 4 + 1 / 4 + 2, variance[1]! / 4 + 25];
      const weights = await model.getWeights();
      expectClose(weights.get("norm/runningMean")!, mean, { relative: 1e-6 });
      expectClose(weights.get("norm/runningVariance")!, variance, { relative: 1e-5 });
    }
  });

  it("is refused where its weights would have to differ", () => {
    const shared = layers.dense({ units: 4, name: "shared" });
    const [a, b] = [input({ shape: [3] }), input({ shape: [5] })];
    const outputs = layers.add().apply([shared.apply(a), shared.apply(b)]);
    expect(() => build({ inputs: [a, b], outputs })).toThrow(
      'Layer "shared" is shared by inputs of different shapes: its kernel would be [3, 4] for one and [5, 4] for another.',
    );
  });
});
