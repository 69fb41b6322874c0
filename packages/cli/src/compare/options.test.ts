import { describe, expect, it } from "vitest";
import { UsageError } from "../usage-error.js";
import { type CompareOptions, defaults, settingsFrom } from "./options.js";
import { variantNames } from "./variants.js";

const given = (options: Partial<CompareOptions>) => settingsFrom({ ...defaults, ...options });
const refusal = (options: Partial<CompareOptions>) => {
  try {
    given(options);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error("It was accepted.");
};

describe("the options of compare", () => {
  it("are complete without any", () => {
    expect(given({})).toEqual({
      dataset: "mnist",
      variants: variantNames,
      optimizer: "sgd",
      learningRates: [0.1],
      seeds: [1, 2, 3],
      epochs: 6,
      batchSize: 128,
      hidden: [300, 100],
      activation: "relu",
      target: 0.97,
      device: "cpu",
    });
  });

  it("take lists with commas, each item once", () => {
    expect(given({ learningRate: "0.1, 0.01,0.1" }).learningRates).toEqual([0.1, 0.01]);
    expect(given({ seeds: "7,9" }).seeds).toEqual([7, 9]);
    expect(given({ seeds: "7," }).seeds).toEqual([7]);
  });

  it("keep the variants' own order", () => {
    expect(given({ variants: "raw,none" }).variants).toEqual(["none", "raw"]);
  });

  it("repeat the hidden layers by depth", () => {
    expect(given({ width: "64", depth: "3" }).hidden).toEqual([64, 64, 64]);
    expect(given({ width: "64,64" }).hidden).toEqual([64, 64]);
  });

  it("take names in any spelling, the library's included", () => {
    expect(given({ optimizer: "adamW" }).optimizer).toBe("adamw");
    expect(given({ optimizer: "rmsProp" }).optimizer).toBe("rmsprop");
    expect(given({ optimizer: "RMS-Prop" }).optimizer).toBe("rmsprop");
    expect(given({ activation: "leaky_relu" }).activation).toBe("leakyRelu");
    expect(given({ dataset: "FashionMNIST" }).dataset).toBe("fashion-mnist");
  });

  it("say what may be meant", () => {
    expect(refusal({ optimizer: "adan" })).toMatch(/Did you mean adam\?$/);
    expect(refusal({ optimizer: "rmspop" })).toMatch(/Did you mean rmsprop\?$/);
    expect(refusal({ variants: "befor" })).toMatch(/Did you mean before\?$/);
    expect(refusal({ optimizer: "lion" })).not.toMatch(/Did you mean/);
  });

  it("take the rate that suits the optimizer, and the target that suits the data set", () => {
    expect(given({ optimizer: "adam" }).learningRates).toEqual([0.001]);
    expect(given({ dataset: "fashion-mnist" }).target).toBe(0.85);
    expect(given({ dataset: "fashion-mnist", target: "0.8" }).target).toBe(0.8);
  });

  it.each([
    [{ variants: "none,befor" }, /--variants knows no "befor".*before-no-bias/],
    [{ dataset: "cifar" }, /--dataset knows no "cifar".*mnist, fashion-mnist/],
    [{ optimizer: "lion" }, /--optimizer knows no "lion".*rmsprop/],
    [{ activation: "step" }, /--activation knows no "step".*relu/],
    [{ epochs: "0" }, /--epochs must be a whole number from 1.*got "0"/],
    [{ epochs: "2.5" }, /--epochs/],
    [{ epochs: "" }, /--epochs/],
    [{ batchSize: "1" }, /--batch-size must be a whole number from 2/],
    [{ learningRate: "0.1,fast" }, /--learning-rate must be a number above 0.*got "fast"/],
    [{ learningRate: "-1" }, /--learning-rate/],
    [{ seeds: "1,x" }, /--seeds/],
    [{ width: "," }, /--width must be a list/],
    [{ depth: "none" }, /--depth/],
    [{ target: "97" }, /--target.*Did you mean 0.97/],
    [{ threads: "0" }, /--threads/],
    [{ examples: "60001" }, /--examples/],
  ])("refuse %j", (options, message) => {
    expect(refusal(options)).toMatch(message);
  });
});
