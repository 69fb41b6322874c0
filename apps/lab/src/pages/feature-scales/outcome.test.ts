import { describe, expect, it } from "vitest";
import { inWords, outcomeOf } from "./outcome.ts";

describe("what came of a descent", () => {
  it.each([
    { shares: [1, 0.1, 0.01, 0.001], steps: 3, words: "Converged at step 2" },
    { shares: [0.005, 0.001], steps: 1, words: "Begins at the solution" },
    { shares: [1, 0.5, 0.3], steps: 2, words: "Not there after 2 steps, loss 0.3" },
    // A step that overshoots does not count as long as the loss comes back.
    { shares: [1, 0.005, 0.02, 0.004], steps: 3, words: "Converged at step 3" },
    { shares: [1, 30, 0.5, 0.4], steps: 3, words: "Not there after 3 steps, loss 0.4" },
    { shares: [1, 0.2, 0.1, 0.4], steps: 3, words: "Loss rising, 0.4 after 3 steps" },
    { shares: [1, 0.5, 5, 50], steps: 3, words: "Diverged at step 3" },
    { shares: [1, 20, 400], steps: 2, words: "Diverged at step 1" },
    // The loss after the last of these was no finite number.
    { shares: [1, 4], steps: 50, words: "Diverged at step 2" },
    { shares: [1, 20, 4e30], steps: 50, words: "Diverged at step 1" },
    // From the solution on, it takes more than a little noise.
    { shares: [1e-9, 1e-7], steps: 1, words: "Begins at the solution" },
  ])("is: $words", ({ shares, steps, words }) => {
    expect(inWords(outcomeOf(shares, steps), steps)).toBe(words);
  });
});
