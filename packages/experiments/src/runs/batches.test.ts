import { tensor } from "evenkeel";
import { expect, it } from "vitest";
import { epochsFor, repeated, stepsPerEpoch } from "./batches.js";

it("an epoch has its whole batches, of which enough epochs have all steps of a training", () => {
  expect([120, 119, 60, 59].map((examples) => stepsPerEpoch(examples, 60))).toEqual([2, 1, 1, 1]);
  for (const examples of [20, 60, 100, 119, 120, 121, 1000]) {
    for (const steps of [1, 2, 10, 997]) {
      expect(epochsFor(steps, examples, 60) * stepsPerEpoch(examples, 60)).toBeGreaterThan(steps);
    }
  }
});

it("examples are repeated one whole after another", () => {
  const values = repeated(
    tensor([
      [1, 2],
      [3, 4],
    ]),
    2,
  );
  expect(values.shape).toEqual([4, 2]);
  expect(Array.from(values.data)).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
});
