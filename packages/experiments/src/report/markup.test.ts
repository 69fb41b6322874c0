import { describe, expect, it } from "vitest";
import { escaped, prose } from "./markup.js";

describe("a text as HTML", () => {
  it("takes no text for markup", () => {
    expect(escaped(`<a href="b">'&'`)).toBe("&lt;a href=&quot;b&quot;&gt;&#39;&amp;&#39;");
    expect(prose("<sub>")).toBe("&lt;sub&gt;");
  });

  it.each([
    ["E[σ_B²] and μ_B", "E[σ<sub>B</sub>²] and μ<sub>B</sub>"],
    ["E‖∇ℓ_i − ∇ℓ‖²", "E‖∇ℓ<sub>i</sub> − ∇ℓ‖²"],
    ["Σ_b|Σ_xy d|", "Σ<sub>b</sub>|Σ<sub>xy</sub> d|"],
    ["‖α∇ℓ − α∇_SGD‖²", "‖α∇ℓ − α∇<sub>SGD</sub>‖²"],
  ])("has the subscripts of %s", (text, html) => {
    expect(prose(text)).toBe(html);
  });

  it.each(["use_bias=False", "dense_2, stage_1_block_2", "σ_epsilon", "σ_a_b"])(
    "leaves %s as it is",
    (text) => {
      expect(prose(text)).toBe(text);
    },
  );
});
