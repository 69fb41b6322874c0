import { describe, expect, it } from "vitest";
import { randomStream } from "../random/stream.js";
import { normal } from "../testing/batches.js";
import { evaluate } from "../testing/evaluate.js";
import { expectClose } from "../testing/expect-close.js";
import { type WrittenOperators, whereLayoutIs, wholeBlocks, writtenOperators } from "../testing/layout.js";
import { add, Graph, loop, mul, neg, relu, type Value } from "./index.js";

const image = [2, wholeBlocks, 3, 4];
const kernelShape = [wholeBlocks, wholeBlocks, 1, 1];

/** Contents in the layout, and kernels in its order: any numbers are such. */
const feeds = {
  x: normal(randomStream(1, "x"), image),
  y: normal(randomStream(1, "y"), image),
  kernel: normal(randomStream(1, "kernel"), kernelShape),
  other: normal(randomStream(1, "other"), kernelShape),
  bias: normal(randomStream(1, "bias"), [wholeBlocks]),
};
type Inputs = { [Name in keyof typeof feeds]: Value };

const conv = (x: Value, kernel: Value, bias?: Value): Value =>
  x.graph.node("NchwcConv", [x, kernel, bias], { kernel_shape: [1, 1], pads: [0, 0, 0, 0] })[0]!;

/** What is written of the values that are asked for. */
function writtenFor(build: (inputs: Inputs) => readonly Value[]): WrittenOperators {
  const graph = new Graph("test");
  const inputs = Object.fromEntries(
    Object.entries(feeds).map(([name, { shape }]) => [name, graph.input(name, "float32", shape)]),
  ) as unknown as Inputs;
  for (const [index, value] of build(inputs).entries()) graph.output(`result/${index}`, value);
  return writtenOperators(graph);
}

/**
 * Merging leaves the result as it is.
 *
 * @param build the result, and what is before it, each of which being asked for keeps it from being merged.
 */
function expectSameResult(build: (inputs: Inputs) => readonly [Value, ...Value[]]): Promise<void> {
  return whereLayoutIs(async () => {
    const [merged] = await evaluate((_, inputs) => build(inputs)[0], feeds);
    const [whole] = await evaluate((_, inputs) => build(inputs), feeds);
    // The sum comes before the products, or behind them.
    expectClose(merged!, whole!, { absolute: 1e-5 });
  });
}

describe("what follows a convolution in the layout is merged into it", () => {
  it.each<[string, (inputs: Inputs) => readonly [Value, ...Value[]], WrittenOperators]>([
    [
      "an addition",
      ({ x, y, kernel }) => {
        const first = conv(x, kernel);
        return [add(first, y), first];
      },
      ["Conv"],
    ],
    [
      "an addition to something else",
      ({ x, y, kernel, bias }) => {
        const first = conv(x, kernel, bias);
        return [add(y, first), first];
      },
      ["Conv"],
    ],
    [
      "an addition of its own input",
      ({ x, kernel }) => {
        const before = neg(x);
        const first = conv(before, kernel);
        return [add(first, before), first];
      },
      ["Neg", "Conv"],
    ],
    [
      "a ReLU",
      ({ x, kernel, bias }) => {
        const first = conv(x, kernel, bias);
        return [relu(first), first];
      },
      ["Conv"],
    ],
    [
      "an addition and a ReLU",
      ({ x, y, kernel, bias }) => {
        const first = conv(x, kernel, bias);
        const sum = add(first, neg(y));
        return [relu(sum), sum, first];
      },
      ["Neg", "Conv"],
    ],
    [
      "one of two additions",
      ({ x, y, kernel }) => {
        const first = conv(x, kernel);
        const sum = add(first, y);
        return [add(sum, x), sum, first];
      },
      ["Conv", "Add"],
    ],
    [
      "no addition behind the ReLU",
      ({ x, y, kernel }) => {
        const first = conv(x, kernel);
        const positive = relu(first);
        return [add(positive, y), positive, first];
      },
      ["Conv", "Add"],
    ],
    [
      "an addition of two convolutions, into the later one",
      ({ x, y, kernel, other, bias }) => {
        const first = conv(x, kernel);
        const second = conv(y, other, bias);
        const sum = add(first, second);
        return [relu(sum), sum, second, first];
      },
      ["Conv", "Conv"],
    ],
    [
      "an addition, into the earlier convolution where the later is used elsewhere",
      ({ x, y, kernel, other }) => {
        const first = conv(x, kernel);
        const second = conv(y, other);
        const sum = add(first, second);
        return [mul(sum, second), sum, first];
      },
      ["Conv", "Conv", "Mul"],
    ],
    [
      "additions of three convolutions",
      ({ x, y, kernel, other }) => {
        const parts = [conv(x, kernel), conv(y, other), conv(x, other)] as const;
        const sum = add(parts[0], parts[1]);
        return [add(sum, parts[2]), sum, ...parts];
      },
      ["Conv", "Conv", "Conv"],
    ],
  ])("%s", async (_, build, written) => {
    expect(writtenFor((inputs) => [build(inputs)[0]])).toEqual(written);
    await expectSameResult(build);
  });

  it.each<[string, (inputs: Inputs) => readonly Value[], WrittenOperators]>([
    [
      "when its result is an output",
      ({ x, y, kernel }) => {
        const first = conv(x, kernel);
        return [add(first, y), first];
      },
      ["Conv", "Add"],
    ],
    [
      "when something else uses it",
      ({ x, kernel }) => {
        const first = conv(x, kernel);
        return [relu(first), neg(first)];
      },
      ["Conv", "Relu", "Neg"],
    ],
    [
      "when both operands are it",
      ({ x, kernel }) => {
        const first = conv(x, kernel);
        return [add(first, first)];
      },
      ["Conv", "Add"],
    ],
    ["when the other operand broadcasts", ({ x, kernel }) => [add(conv(x, kernel), 2)], ["Conv", "Add"]],
    ["when it is another operation", ({ x, y, kernel }) => [mul(conv(x, kernel), y)], ["Conv", "Mul"]],
  ])("but not %s", (_, build, written) => {
    expect(writtenFor(build)).toEqual(written);
  });
});

describe("in the body of a loop", () => {
  const steps = 3;

  /** The state after some steps, each of which `next` makes. */
  function looped(
    inputs: Inputs,
    next: (state: Value) => readonly [Value, ...Value[]],
  ): readonly [Value, ...Value[]] {
    const count = inputs.x.graph.constant(steps, "int64");
    const { state, kept } = loop(inputs.x.graph, count, [inputs.x], (_, __, [state]) => {
      const [after, ...rest] = next(state!);
      return { state: [after], kept: rest };
    });
    return [state[0]!, ...kept];
  }

  it("what follows a convolution is merged too, and the state it adds stays as it was", async () => {
    const build = (inputs: Inputs, keep: boolean) =>
      looped(inputs, (state) => {
        const scaled = mul(state, 0.25);
        const first = conv(scaled, inputs.kernel);
        const sum = add(first, state);
        const after = relu(sum);
        // The state is read once more, behind the sum that could be written over it.
        const moved = add(mul(after, 0.5), mul(state, 0.5));
        return keep ? [moved, first, sum] : [moved];
      });
    const [operator, body] = writtenFor((inputs) => [build(inputs, false)[0]]);
    expect(operator).toBe("Loop");
    expect((body as WrittenOperators).filter((name) => name === "Conv")).toEqual(["Conv"]);
    expect(body).not.toContain("Relu");
    await whereLayoutIs(async () => {
      const [merged] = await evaluate((_, inputs) => build(inputs, false)[0], feeds);
      const [whole] = await evaluate((_, inputs) => build(inputs, true), feeds);
      expectClose(merged!, whole!, { absolute: 1e-4, relative: 1e-5 });
    });
  });

  it("a value from outside may be the sum, and is the same at every step", async () => {
    const build = (inputs: Inputs, keep: boolean) => {
      const outside = neg(inputs.y);
      return looped(inputs, (state) => {
        const first = conv(mul(state, 0.25), inputs.kernel);
        return keep ? [add(first, outside), first] : [add(first, outside)];
      });
    };
    await whereLayoutIs(async () => {
      const [merged] = await evaluate((_, inputs) => build(inputs, false)[0], feeds);
      const [whole] = await evaluate((_, inputs) => build(inputs, true), feeds);
      expectClose(merged!, whole!, { absolute: 1e-4, relative: 1e-5 });
    });
  });

  it("a convolution outside stays there, computed once for all steps", () => {
    const written = writtenFor((inputs) => {
      const outside = conv(inputs.y, inputs.kernel);
      return [looped(inputs, (state) => [add(outside, state)])[0]];
    });
    expect(written[0]).toBe("Conv");
    expect(written[2]).not.toContain("Conv");
    expect(written[2]).toContain("Add");
  });
});
