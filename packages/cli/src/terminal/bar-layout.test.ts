import { describe, expect, it } from "vitest";
import { barLayout } from "./bar-layout.js";

describe("a progress line", () => {
  it("shows everything where there is room", () => {
    expect(barLayout(120, 17)).toEqual({
      format: "{name} {bar} {share} {rate} {loss} {accuracy} {test} {left}",
      barsize: 24,
    });
  });

  it("goes without some parts in a narrow terminal", () => {
    expect(barLayout(80, 17)).toEqual({
      format: "{name} {bar} {share} {rate} {loss} {test} {left}",
      barsize: 9,
    });
    expect(barLayout(60, 17).format).toBe("{name} {bar} {share} {rate} {left}");
  });
});
