import { describe, expect, it } from "vitest";
import { mul, neg, type Value } from "../graph/index.js";
import { tensor } from "../tensor/tensor.js";
import { checkGradients } from "./numeric-gradient.js";

/** The square of a value, with a derivative that is given. */
function square(x: Value, backward: (upstream: Value) => Value): Value {
  return x.graph.differentiateAs(
    "square",
    [x],
    () => ({ output: mul(x, x) }),
    (upstream) => [backward(upstream)],
  ).output;
}

const input = tensor([
  [1, -0.5, 2],
  [0, 1.5, -1],
]);

describe("checkGradients", () => {
  it("accepts a right derivative, with room to spare", async () => {
    const worst = await checkGradients((x) => square(x, (upstream) => mul(mul(upstream, x), 2)), [input]);
    expect(worst).toBeLessThan(0.5);
  });

  it("says where a wrong derivative is off, and by how much", async () => {
    const wrong = checkGradients((x) => square(x, (upstream) => mul(neg(mul(upstream, x)), 2)), [input]);
    await expect(wrong).rejects.toThrow(
      /^5 of 6 gradients are wrong; the worst:\n {2}input 0 at \[\d, \d\]: derived -?\d/,
    );
  });

  it("sees a factor of a thousandth", async () => {
    const wrong = checkGradients((x) => square(x, (upstream) => mul(mul(upstream, x), 2.004)), [input]);
    await expect(wrong).rejects.toThrow(/gradients are wrong/);
  });
});
