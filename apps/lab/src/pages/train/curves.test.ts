import { describe, expect, it } from "vitest";
import { settingsWith } from "../../networks/testing.ts";
import { csvOf } from "./curves.ts";

describe("curves as CSV", () => {
  it("have a line for each step and each look, in their order, and names that may have commas", () => {
    const text = csvOf([
      {
        letter: "A",
        name: "no batch norm, rate 0.5",
        style: { color: "grey" },
        settings: settingsWith(),
        history: {
          trace: {
            stepsPerPoint: 1,
            points: [
              { count: 1, step: 1, seconds: 0.5, loss: 2, accuracy: 0.25, low: 2, high: 2 },
              { count: 1, step: 2, seconds: 1, loss: 1, accuracy: 0.75, low: 1, high: 1 },
            ],
          },
          looks: [
            {
              step: 1,
              seconds: 0.5,
              test: { loss: 3, accuracy: 0.5 },
              modes: { training: { loss: 4, accuracy: 0.125 }, inference: { loss: 3, accuracy: 0.5 } },
              layers: [],
              input: undefined,
              gradientNorms: [],
              weightNorms: [],
            },
          ],
          inside: undefined,
          end: undefined,
          warnings: [],
        },
      },
    ]);
    const [head, ...lines] = text.split("\n");
    expect(head!.split(",").slice(0, 4)).toEqual(["network", "step", "seconds", "training loss"]);
    expect(lines).toEqual([
      'A,1,0.5,2,0.25,,,,,"no batch norm, rate 0.5"',
      'A,1,0.5,,,3,0.5,4,0.125,"no batch norm, rate 0.5"',
      'A,2,1,1,0.75,,,,,"no batch norm, rate 0.5"',
    ]);
  });
});
