import { describe, expect, it } from "vitest";
import {
  add,
  exp,
  Graph,
  gather,
  identity,
  loop,
  matMul,
  mul,
  reduceSum,
  sub,
  tanh,
  topK,
  type Value,
} from "../graph/index.js";
import { type Tensor, tensor } from "../tensor/tensor.js";
import { evaluate } from "../testing/evaluate.js";
import { checkGradients } from "../testing/numeric-gradient.js";
import { dependsOn, gradients } from "./gradients.js";

const x = tensor([1, 2, 3]);
const y = tensor([4, 5, 6]);

function numbers(found: readonly Tensor[]): number[][] {
  return found.map(({ data }) => Array.from(data, Number));
}

describe("gradients", () => {
  it("differentiates a sum by its terms", async () => {
    const found = await evaluate((_, { x, y }) => gradients(reduceSum(mul(x, y)), [x, y]), { x, y });
    expect(numbers(found)).toEqual([
      [4, 5, 6],
      [1, 2, 3],
    ]);
  });

  it("follows a chain of layers", () =>
    checkGradients(
      (input, first, bias, second) => matMul(tanh(add(matMul(input, first), bias)), second),
      [
        tensor([
          [0.5, -1],
          [1, 0.3],
          [-0.7, 0.2],
        ]),
        tensor([
          [0.1, 0.9, -0.4],
          [-0.6, 0.2, 0.8],
        ]),
        tensor([0.1, -0.2, 0.3]),
        tensor([[0.5], [-1], [0.7]]),
      ],
    ));

  it("takes an intermediate value to differentiate by", async () => {
    // loss = Σ h², h = 2x: ∂loss/∂h = 2h = 4x, and the way on to x doubles that.
    const found = await evaluate(
      (_, { x }) => {
        const hidden = mul(x, 2);
        return gradients(reduceSum(mul(hidden, hidden)), [hidden, x]);
      },
      { x },
    );
    expect(numbers(found)).toEqual([
      [4, 8, 12],
      [8, 16, 24],
    ]);
  });

  it("adds up what comes back on several ways", async () => {
    // x + x² + 3x: 1 + 2x + 3.
    const found = await evaluate((_, { x }) => gradients(reduceSum(add(add(x, mul(x, x)), mul(x, 3))), [x]), {
      x,
    });
    expect(numbers(found)).toEqual([[6, 8, 10]]);
  });

  it("adds up what comes back from both operands, when they are one value", async () => {
    const found = await evaluate((_, { x }) => gradients(reduceSum(sub(x, x)), [x]), { x });
    expect(numbers(found)).toEqual([[0, 0, 0]]);
  });

  it("gives zeros of the right shape for a value that the scalar ignores", async () => {
    const ignored = tensor([[7, 8]]);
    const found = await evaluate((_, { x, ignored }) => gradients(reduceSum(x), [ignored, x]), {
      x,
      ignored,
    });
    expect(found[0]).toEqual({ type: "float32", shape: [1, 2], data: Float32Array.of(0, 0) });
    expect(numbers(found)[1]).toEqual([1, 1, 1]);
  });

  it("is 1 for the scalar itself, or the seed", async () => {
    const found = await evaluate(
      (graph, { x }) => {
        const sum = reduceSum(x);
        return [...gradients(sum, [sum]), ...gradients(sum, [sum], graph.constant(0.25))];
      },
      { x },
    );
    expect(numbers(found)).toEqual([[1], [0.25]]);
  });

  it("scales every gradient by the seed", async () => {
    const found = await evaluate(
      (_, { x, y, rate }) => {
        const loss = reduceSum(mul(exp(x), y));
        return [...gradients(loss, [x, y], rate), ...gradients(loss, [x, y])];
      },
      { x, y, rate: tensor(-0.5) },
    );
    const [xScaled, yScaled, xPlain, yPlain] = numbers(found);
    expect(xScaled).toEqual(xPlain!.map((gradient) => -0.5 * gradient));
    expect(yScaled).toEqual(yPlain!.map((gradient) => -0.5 * gradient));
  });

  it("differentiates a gradient again", async () => {
    // f = x³: f′ = 3x², and the derivative of Σ f′ is 6x.
    const found = await evaluate(
      (_, { x }) => {
        const [first] = gradients(reduceSum(mul(mul(x, x), x)), [x]);
        return [first!, ...gradients(reduceSum(first!), [x])];
      },
      { x },
    );
    expect(numbers(found)).toEqual([
      [3, 12, 27],
      [6, 12, 18],
    ]);
  });

  it("adds no nodes for values that nobody asked about", () => {
    const graph = new Graph("test");
    const [a, b] = [graph.input("a", "float32", [3]), graph.input("b", "float32", [3])];
    const loss = reduceSum(mul(a, exp(b)));
    gradients(loss, [a]);
    expect(
      graph.nodes.filter(({ scope }) => scope.includes("gradient")).map(({ operator }) => operator),
    ).not.toContain("Exp");
  });

  it("names its nodes after the layer they come from", () => {
    const graph = new Graph("test");
    const a = graph.input("a", "float32", [3]);
    const inner = graph.within("dense_1", () => exp(a));
    const [gradient] = gradients(reduceSum(inner), [a]);
    expect(gradient!.name).toMatch(/^dense_1\/gradient\/Mul/);
  });

  it("says that a sum over the batch needs a fixed batch size", () => {
    const graph = new Graph("test");
    const input = graph.input("x", "float32", ["batch", 3]);
    const scale = graph.input("scale", "float32", [3]);
    const perFeature = graph.within("statistics", () => reduceSum(mul(input, scale), [0]));
    expect(() => gradients(reduceSum(mul(perFeature, perFeature)), [scale])).toThrow(
      /In "statistics\/gradient": Expand cannot repeat \[1, 3\] to \[batch, 3\].*fixed batch size/,
    );
  });

  it("refuses to differentiate anything but a scalar", () => {
    const graph = new Graph("test");
    const value = graph.within("dense_1", () => exp(graph.input("x", "float32", [2, 3])));
    expect(() => gradients(value, [value])).toThrow(
      'only a scalar can be differentiated, "dense_1/Exp" has shape [2, 3].',
    );
  });

  it.each<[string, (x: Value) => Value]>([
    ["Gather", (x) => gather(x, x.graph.indices([0, 2]))],
    ["TopK", (x) => topK(x, 2).values],
    [
      "Loop",
      (x) =>
        loop(x.graph, x.graph.constant(2, "int64"), [x], (_, __, [state]) => ({
          state: [mul(state!, 2)],
          kept: [],
        })).state[0]!,
    ],
    // The body reaches the value from inside; it is no input of the node.
    [
      "Loop",
      (x) => {
        const start = x.graph.constant(tensor([0, 0, 0]));
        const steps = x.graph.constant(2, "int64");
        return loop(x.graph, steps, [start], (_, __, [state]) => ({ state: [add(state!, x)], kept: [] }))
          .state[0]!;
      },
    ],
  ])("names the operator and the layer when there is no derivative: %s", (operator, build) => {
    const graph = new Graph("test");
    const input = graph.input("x", "float32", [3]);
    const loss = graph.within("block_2/odd_layer", () => reduceSum(build(mul(input, 2))));
    expect(() => gradients(loss, [input])).toThrow(
      new RegExp(`In "block_2/odd_layer": the operator ${operator} has no derivative`),
    );
  });

  it("does not mind an operator without a derivative off the way", async () => {
    const found = await evaluate(
      (graph, { x, y }) => gradients(reduceSum(mul(gather(x, graph.indices([0, 0, 2])), y)), [y]),
      { x, y },
    );
    expect(numbers(found)).toEqual([[1, 1, 3]]);
  });

  it("differentiates inside the body of a loop, also by values from outside it", async () => {
    // Gradient descent on Σ (w − 2y)², where 2y is computed outside; and the last gradient by y.
    const found = await evaluate(
      (graph, { x, y }) => {
        const target = mul(y, 2);
        const { state, kept } = loop(graph, graph.constant(3, "int64"), [x], (_, __, [w]) => {
          const difference = sub(w!, target);
          const [toW, toY] = gradients(reduceSum(mul(difference, difference)), [w!, y]);
          return { state: [sub(w!, mul(toW!, 0.25))], kept: [toY!] };
        });
        return [...state, ...kept];
      },
      { x, y },
    );
    // The distance 2y − x = [7, 8, 9] halves with each step; ∂/∂y = 4 (2y − w).
    expect(numbers(found)).toEqual([
      [8 - 7 / 8, 10 - 8 / 8, 12 - 9 / 8],
      [28, 32, 36, 14, 16, 18, 7, 8, 9],
    ]);
  });
});

describe("regions that are differentiated as one", () => {
  /** x², whose derivative it claims to be 10 times the upstream gradient: a mark that cannot be overlooked. */
  function marked(value: Value): { output: Value; inner: Value } {
    return value.graph.differentiateAs(
      "markedSquare",
      [value],
      () => {
        const inner = identity(value);
        return { output: mul(inner, inner), inner };
      },
      (upstream) => [mul(upstream, 10)],
    );
  }

  it("uses the derivative they give, not that of their parts", async () => {
    const found = await evaluate((_, { x }) => gradients(reduceSum(mul(marked(x).output, 3)), [x]), { x });
    expect(numbers(found)).toEqual([[30, 30, 30]]);
  });

  it("asks for the derivative once, with all that comes back", async () => {
    const found = await evaluate(
      (_, { x }) => {
        const { output } = marked(x);
        return gradients(reduceSum(add(mul(output, 3), mul(output, 4))), [x, output]);
      },
      { x },
    );
    expect(numbers(found)).toEqual([
      [70, 70, 70],
      [7, 7, 7],
    ]);
  });

  it("adds what comes back through them to what comes back beside them", async () => {
    const found = await evaluate((_, { x }) => gradients(reduceSum(add(marked(x).output, mul(x, 2))), [x]), {
      x,
    });
    expect(numbers(found)).toEqual([[12, 12, 12]]);
  });

  it("count as part of the region around them", async () => {
    const found = await evaluate(
      (graph, { x }) => {
        const { output } = graph.differentiateAs(
          "outer",
          [x],
          () => ({ output: mul(marked(x).output, 2) }),
          (upstream) => [mul(upstream, 100)],
        );
        return gradients(reduceSum(output), [x]);
      },
      { x },
    );
    expect(numbers(found)).toEqual([[100, 100, 100]]);
  });

  it("hand what they built to their derivative, which may leave a gradient out", async () => {
    const found = await evaluate(
      (graph, { x, y }) => {
        const { output } = graph.differentiateAs(
          "scaled",
          [x, y],
          () => {
            const doubled = mul(x, 2);
            return { output: mul(doubled, y), doubled };
          },
          (upstream, { doubled }) => [undefined, mul(upstream, doubled)],
        );
        return gradients(reduceSum(output), [x, y]);
      },
      { x, y },
    );
    expect(numbers(found)).toEqual([
      [0, 0, 0],
      [2, 4, 6],
    ]);
  });

  it("rest on their inputs, even where they compute from what is before these", async () => {
    const found = await evaluate(
      (graph, { x }) => {
        const before = mul(x, 2);
        const { output } = graph.differentiateAs(
          "shortcut",
          [before],
          () => ({ output: mul(x, 6) }),
          (upstream) => [mul(upstream, 3)],
        );
        const loss = reduceSum(output);
        expect(dependsOn(loss, before)).toBe(true);
        return [...gradients(loss, [before]), ...gradients(loss, [x])];
      },
      { x },
    );
    expect(numbers(found)).toEqual([
      [3, 3, 3],
      [6, 6, 6],
    ]);
  });

  it("refuse the gradient of a value inside them", () => {
    const graph = new Graph("test");
    const input = graph.input("x", "float32", [3]);
    const { output, inner } = graph.within("norm_1", () => marked(input));
    expect(() => gradients(reduceSum(output), [inner])).toThrow(
      'In "norm_1": markedSquare is differentiated as a whole, so there is no gradient of its inner value "norm_1/Identity".',
    );
  });

  it("refuse a loss that uses a value inside them", () => {
    const graph = new Graph("test");
    const input = graph.input("x", "float32", [3]);
    const { output, inner } = graph.within("norm_1", () => marked(input));
    expect(() => gradients(reduceSum(add(output, inner)), [input])).toThrow(/In "norm_1": markedSquare/);
    expect(() => gradients(reduceSum(inner), [input])).toThrow(/In "norm_1": markedSquare/);
  });

  it("name the layer in front of their derivative, or nothing where there is no layer", () => {
    const graph = new Graph("test");
    const input = graph.input("x", "float32", [3]);
    const [outside] = gradients(reduceSum(marked(input).output), [input]);
    expect(outside!.name).toBe("gradient/Mul");
    const layer = graph.within("norm_1", () => marked(input));
    const [inside] = gradients(reduceSum(layer.output), [input]);
    expect(inside!.name).toBe("norm_1/gradient/Mul");
  });
});
