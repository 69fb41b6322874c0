import { describe, expect, it } from "vitest";
import { input, layers } from "../layers/index.js";
import { tensor } from "../tensor/tensor.js";
import { weightBits } from "../testing/bits.js";
import { features, quiet } from "../testing/clusters.js";
import { singleThread } from "../testing/single-thread.js";
import { amount, build, compiledTwoByTwo, extra, numbers, twoByTwo, x, y } from "../testing/two-by-two.js";
import { sequential } from "./index.js";

describe("what is wired wrongly is refused", () => {
  const a = () => input({ shape: [3], name: "a" });
  const b = () => input({ shape: [3], name: "b" });
  const dense = (name = "end") => layers.dense({ units: 2, name });

  it("names that two models gave automatically, with what to do", () => {
    const part = () => {
      const start = input({ shape: [3] });
      const end = layers.dense({ units: 2 }).apply(start);
      build({ inputs: start, outputs: end });
      return { start, end };
    };
    const [one, other] = [part(), part()];
    const join = () =>
      build({ inputs: [one.start, other.start], outputs: layers.add().apply([one.end, other.end]) });
    expect(join).toThrow(
      /^Two layers are called "input_layer_1"; names must be unique in a model\. A layer without a name .* choose names by the option name\.$/,
    );
  });

  it.each<[string, () => unknown, string | RegExp]>([
    [
      "an input that leads nowhere",
      () => {
        const [first, second] = [a(), b()];
        return build({ inputs: [first, second], outputs: dense().apply(first) });
      },
      'No output of the model rests on its input "b".',
    ],
    [
      "an output that rests on an input which is not named",
      () => {
        const [first, second] = [a(), b()];
        return build({ inputs: first, outputs: dense().apply(layers.add().apply([first, second])) });
      },
      'An output of the model rests on the input "b", which is not among its inputs.',
    ],
    [
      "what a layer gives as an input",
      () => {
        const middle = dense("middle").apply(a());
        return build({ inputs: middle, outputs: dense().apply(middle) });
      },
      'The inputs of a model are made by input({ shape: [...] }), got what layer "middle" gives.',
    ],
    [
      "an input named twice",
      () => {
        const first = a();
        return build({ inputs: [first, first], outputs: dense().apply(first) });
      },
      'The input "a" stands twice among the model\'s inputs.',
    ],
    [
      "an output named twice",
      () => {
        const first = a();
        const end = dense().apply(first);
        return build({ inputs: first, outputs: [end, end] });
      },
      'The output "end" stands twice among the model\'s outputs.',
    ],
    [
      "an input that is an output",
      () => {
        const first = a();
        return build({ inputs: first, outputs: [dense().apply(first), first] });
      },
      'The output "a" is an input of the model itself. Apply a layer to it.',
    ],
    [
      "two layers of one name",
      () => {
        const first = a();
        return build({ inputs: first, outputs: dense("a").apply(first) });
      },
      'Two layers are called "a"; names must be unique in a model.',
    ],
    [
      "layers in the place of what they give",
      () => build({ inputs: a(), outputs: dense() as never }),
      /^functional: outputs must be what input\(\{ shape: \[\.\.\.\] \}\) or layer\.apply\(\.\.\.\) gives/,
    ],
    ["no outputs", () => build({ inputs: a(), outputs: [] }), "functional: outputs must be what"],
    [
      "options that there are not",
      () => build({ inputs: a(), output: 1 } as never),
      'functional has no option "output"',
    ],
    [
      "data in the place of a symbolic tensor",
      () => dense().apply(tensor([[1, 2, 3]]) as never),
      'Input 1 of layer "end" must be a symbolic tensor, got',
    ],
    [
      "an inputShape other than the input's",
      () => layers.dense({ units: 2, name: "end", inputShape: [4] }).apply(a()),
      'The inputShape of layer "end" is [4], but it is applied to examples of shape [3].',
    ],
    ["too few inputs", () => layers.add().apply([a()]), "An add layer takes 2 inputs or more, got 1."],
    ["too many inputs", () => dense().apply([a(), b()]), 'Layer "end" takes 1 input, got 2.'],
    [
      "shapes that do not fit",
      () => dense().apply(input({ shape: [2, 3] })),
      'Layer "end" cannot take inputs of shape [batch, 2, 3]: dense needs inputs of shape [N, features]',
    ],
    ["an input without a shape", () => input({} as never), "inputShape must be the shape of one example"],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(message);
  });

  it("without writing out a deep network that shares its values", () => {
    let value = layers.dense({ units: 3 }).apply(a());
    for (let block = 0; block < 40; block++) value = layers.add().apply([value, value]);
    expect(() => build({ inputs: [value, 7] as never, outputs: value })).toThrow(
      /^functional: inputs must be .{0,400}$/,
    );
  });
});

describe("what does not fit several inputs and outputs is refused", () => {
  const model = compiledTwoByTwo();
  const few = numbers([7, features], "few");
  const one = "must hold one tensor for each of";

  it.each<[string, unknown, unknown, string]>([
    [
      "one tensor for two inputs",
      x,
      [y, amount],
      `x ${one} "main", "side", as an array in this order or by these names; got a float32 tensor of shape [120, 6].`,
    ],
    [
      "one typed array for two outputs",
      [x, extra],
      y.data,
      `y ${one} "kind", "size", as an array in this order or by these names; got a Uint8Array of 120.`,
    ],
    [
      "three tensors",
      [x, extra, x],
      [y, amount],
      `x ${one} "main", "side", as an array in this order or by these names; got an array of 3.`,
    ],
    ["another name", { main: x, other: extra }, [y, amount], `x ${one} "main", "side", got "other".`],
    ["too few names", { main: x }, [y, amount], `x ${one} "main", "side", got only main.`],
    ["nothing by name", {}, [y, amount], `x ${one} "main", "side", got none.`],
    ["nothing", undefined, [y, amount], "x is missing"],
    ["one that is missing", { main: x, side: undefined }, [y, amount], "x.side is missing, got undefined."],
    [
      "a shape",
      [extra, x],
      [y, amount],
      "x.main has shape [120, 2], but the model takes [N, 6], N examples of [6].",
    ],
    [
      "counts of inputs that differ",
      [few, extra],
      [y, amount],
      "x.main holds 7 and x.side 120; they must be as many.",
    ],
    [
      "counts of outputs that differ",
      [x, extra],
      [y, few.data.subarray(0, 7)],
      "y.kind holds 120 and y.size 7; they must be as many.",
    ],
    [
      "counts of both that differ",
      [few, numbers([7, 2], "few")],
      [y, amount],
      "x holds 7 examples and y 120 targets; they must be as many.",
    ],
    [
      "a label past the classes",
      [x, extra],
      [y.data.map((label) => label + 1), amount],
      "y.kind has the label 3 at place",
    ],
    [
      "a target's shape",
      [x, extra],
      [y, x],
      "y.size has shape [120, 6], but meanSquaredError compares it with the model's outputs, [N, 1].",
    ],
  ])("%s", async (_, examples, targets, message) => {
    const before = await weightBits(model);
    await expect(model.fit(examples as never, targets as never, quiet)).rejects.toThrow(message);
    await expect(model.evaluate(examples as never, targets as never)).rejects.toThrow(message);
    expect(await weightBits(model)).toEqual(before);
    expect(model.steps).toBe(0);
  });

  it.each<[string, object, string]>([
    [
      "an output without a loss",
      { loss: { kind: "sparseCategoricalCrossentropy" } },
      'loss names no loss for the output "size".',
    ],
    [
      "a loss of no output",
      { loss: { kind: "meanSquaredError", size: "meanSquaredError", other: "meanSquaredError" } },
      'loss names "other", which is no output of the model. There are: kind, size.',
    ],
    [
      "losses in an array",
      { loss: ["meanSquaredError", "meanSquaredError"] },
      'loss must be one for all outputs, or an object by output (kind, size), got ["meanSquaredError","meanSquaredError"].',
    ],
    [
      "a factor of no output",
      { loss: "meanSquaredError", lossWeights: { other: 1 } },
      'lossWeights names "other"',
    ],
    [
      "factors in an array",
      { loss: "meanSquaredError", lossWeights: [1, 2] },
      "lossWeights must be an object by output (kind, size), got [1,2].",
    ],
    [
      "a factor that is no number",
      { loss: "meanSquaredError", lossWeights: { kind: Number.NaN } },
      'lossWeights: that of "kind" must be a finite number, got NaN.',
    ],
    ["metrics of no output", { loss: "meanSquaredError", metrics: { other: [] } }, 'metrics names "other"'],
    [
      "one metric of an output",
      { loss: "meanSquaredError", metrics: { kind: "accuracy" } },
      'metrics must be an array, got "accuracy".',
    ],
    ["no loss", {}, "loss must be a name or made by"],
  ])("by compile: %s", (_, options, message) => {
    expect(() => twoByTwo().compile(options as never)).toThrow(message);
  });

  it("by functions of one input or output, saying which to use", async () => {
    await expect(model.predict([x, extra])).rejects.toThrow(
      "The model has 2 outputs: kind, size. Use model.outputs(x), which gives one tensor for each.",
    );
    expect(() => model.inputShape).toThrow("The model has several inputs: main, side.");
    await expect(model.outputs([x, extra], ["shared:3"])).rejects.toThrow(
      'There is no layer "shared:3". There are: main, side, wide, shared, shared:2, both,',
    );
  });

  it("but one tensor in an array stands for itself where there is one input", async () => {
    const single = sequential([layers.dense({ units: 2, inputShape: [features] })], {
      runtime: singleThread,
    });
    expect(await single.predict([x])).toEqual(await single.predict(x));
    expect(await single.predict({ input: x })).toEqual(await single.predict(x));
  });
});
