import type { Preset } from "../../frame/page.ts";
import type { Settings } from "./settings.ts";

/** Each sentence says what comes out, and was checked against it. */
export const presets: readonly Preset<Settings>[] = [
  {
    name: "Before training",
    settings: {},
    look: "x has the mean and the variance that the weights happen to give it; x̂ has a mean of 0 and a variance of nearly 1, and ∂L/∂x sums to 0.",
  },
  {
    name: "After 100 steps",
    settings: { steps: 100, quantity: "y" },
    look: "γ and β have moved from 1 and 0 by a few hundredths at most, and the running statistics have left 0 and 1 for what the batches had.",
  },
  {
    name: "Weights ten times as large",
    settings: { initialScale: [10] },
    look: "Every x is ten times what it is in the first preset, and x̂ is the same, but for ε: batch norm takes the scale of the weights away.",
  },
  {
    name: "A pixel that never changes",
    settings: { placement: ["none", "input"] },
    look: "The first pixel is 0 in all images. Its variance is 0, ε alone keeps the division from failing, and the gradient is multiplied by 1/√ε, which is 32.",
  },
  {
    name: "A batch of two",
    settings: { size: 2, batch: 3 },
    look: "Two values are always one above and one below their mean: x̂ is ±0.99 as long as epsilon is small beside their variance, and hardly more than a hundredth of the gradient goes back.",
    fails: true,
  },
  {
    name: "A batch of one",
    settings: { size: 1 },
    look: "One value is its own mean. The library refuses to train on it; inference has no such trouble.",
    fails: true,
  },
  {
    name: "Inference too early",
    settings: { mode: "inference", quantity: "y" },
    look: "Before training the running statistics are 0 and 1, so y is nearly x itself: nothing is normalized. Train a hundred steps and compare.",
    fails: true,
  },
  {
    name: "Frozen",
    settings: { frozen: [true], steps: 20, quantity: "inputGradient" },
    look: "A frozen layer takes its running statistics in training too, here the first ones, 0 and 1. It normalizes nothing, and the gradients of the batch do not cancel.",
    fails: true,
  },
  {
    name: "Eight layers of sigmoids",
    settings: { depth: [8], activation: ["sigmoid"], network: 1, quantity: "inputGradient" },
    look: "Without batch norm the first layer's gradients are smaller than a millionth. Choose the network with batch norm: they are thousands of times as large.",
    fails: true,
  },
  {
    name: "Too large a rate",
    settings: { learningRate: [10], steps: 20, network: 1, quantity: "inputGradient" },
    look: "Without batch norm the training diverges within twenty steps: the gradients are no numbers any more. With batch norm they still are.",
    fails: true,
  },
];
