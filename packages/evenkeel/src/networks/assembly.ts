import { describeLayer, input, Layer, layers, restoreLayer, type SymbolicTensor } from "../layers/index.js";
import { functional, type Model } from "../model/index.js";
import { shown } from "../options/known.js";
import { requireOption } from "../options/require.js";
import {
  completed,
  type LayerMaker,
  type NetworkDefaults,
  type NetworkOptions,
  type NormalizationChoice,
  normalizationNames,
} from "./options.js";

/** A convolution of a network; its padding keeps the size where the stride is 1. */
export interface ConvolutionShape {
  filters: number;
  kernelSize: number;
  /** Default 1. */
  strides?: number;
  /** Zeros on every side. Default `(kernelSize − 1) / 2`. */
  padding?: number;
}

/** Puts a network together: makes each layer as the options say and gives it the name of its place. */
export class Assembly {
  private readonly options: ReturnType<typeof completed>;
  private readonly input: SymbolicTensor;
  /** By place; a layer may be asked for its shift before it is applied. */
  private readonly normalizations = new Map<string, Layer | undefined>();
  private readonly made = new Set<Layer>();

  /** @param who the network, for example `networks.vgg`. */
  constructor(
    private readonly who: string,
    options: NetworkOptions,
    defaults: NetworkDefaults,
  ) {
    this.options = completed(who, options, defaults);
    this.input = input({ shape: this.options.inputShape, name: "input" });
  }

  /** Whether normalizations stand before activations. */
  get normalizesFirst(): boolean {
    return this.options.placement === "before";
  }

  /** The input as `[N, features]`, behind preprocessing and the normalization of the input. */
  features(): SymbolicTensor {
    return this.normalizedInput(this.flattened(this.preprocessed(this.input)));
  }

  /** The input as `[N, C, H, W]`, behind preprocessing and the normalization of the input. */
  images(): SymbolicTensor {
    const { inputShape } = this.options;
    const channel = () => layers.reshape({ name: "channel", targetShape: [1, ...inputShape] });
    const images = this.preprocessed(inputShape.length === 2 ? channel().apply(this.input) : this.input);
    if (images.shape.length === 4) return this.normalizedInput(images);
    throw new RangeError(
      `${this.who} takes images [channels, height, width], or [height, width] of one channel, got [${images.shape.slice(1).join(", ")}].`,
    );
  }

  /** A dense layer, its normalization and its activation. */
  dense(x: SymbolicTensor, name: string, units: number): SymbolicTensor {
    const sums = this.products(x, name, units, `${name}_normalization`);
    return this.activated(sums, `${name}_normalization`, `${name}_activation`);
  }

  /** A convolution, its normalization and its activation. */
  convolution(x: SymbolicTensor, name: string, shape: ConvolutionShape): SymbolicTensor {
    const sums = this.convolved(x, name, shape, `${name}_normalization`);
    return this.activated(sums, `${name}_normalization`, `${name}_activation`);
  }

  /**
   * A dense layer alone.
   *
   * @param normalization the place of the normalization that comes before the next activation if it stands there.
   */
  products(x: SymbolicTensor, name: string, units: number, normalization?: string): SymbolicTensor {
    const useBias = this.needsBias(normalization, ["batch", units]);
    return layers.dense({ name, units, useBias, ...this.hiddenKernel }).apply(x);
  }

  /** A convolution alone; `normalization` as for `products`. */
  convolved(
    x: SymbolicTensor,
    name: string,
    shape: ConvolutionShape,
    normalization?: string,
  ): SymbolicTensor {
    const { filters, kernelSize, strides = 1, padding = (kernelSize - 1) / 2 } = shape;
    const useBias = this.needsBias(normalization, ["batch", filters, ...x.shape.slice(2)]);
    const own = { name, filters, kernelSize, strides, padding, useBias };
    return layers.conv2d({ ...own, ...this.hiddenKernel }).apply(x);
  }

  /** Normalization and activation in the order that the options say. */
  activated(x: SymbolicTensor, normalization: string, activation: string): SymbolicTensor {
    return this.normalizesFirst
      ? this.activation(this.normalized(x, normalization), activation)
      : this.normalized(this.activation(x, activation), normalization);
  }

  /** What normalises the hidden layers, or nothing. */
  normalized(x: SymbolicTensor, name: string): SymbolicTensor {
    return this.normalizationAt(name)?.apply(x) ?? x;
  }

  /** The activation, or nothing where it is linear. */
  activation(x: SymbolicTensor, name: string): SymbolicTensor {
    const { activation } = this.options;
    if (activation === "linear") return x;
    if (typeof activation === "function") return this.make("activation", activation, name)?.apply(x) ?? x;
    if (activation !== "prelu") return layers.activation({ name, activation }).apply(x);
    const alphaInitializer = { type: "constant", value: 0.25 } as const;
    return layers
      .prelu({ name, alphaInitializer, sharedAxes: x.shape.slice(2).map((_, axis) => axis + 2) })
      .apply(x);
  }

  /** Dropout, or nothing at a rate of 0, the default being the option `dropoutRate`. */
  dropout(x: SymbolicTensor, name: string, rate = this.options.dropoutRate): SymbolicTensor {
    return rate === 0 ? x : layers.dropout({ name, rate }).apply(x);
  }

  /** `[N, ...] → [N, features]`, or nothing where that is done. */
  flattened(x: SymbolicTensor): SymbolicTensor {
    return x.shape.length === 2 ? x : layers.flatten({ name: "flatten" }).apply(x);
  }

  /** The model that gives the logits of `[N, features]`, which are normalized and then dropped out if at all. */
  classifier(features: SymbolicTensor, dropoutRate = 0): Model {
    const { classes, outputNormalization, kernelInitializer, kernelRegularizer } = this.options;
    const normalization = this.chosen("outputNormalization", outputNormalization, "output_normalization");
    const normalized = normalization?.apply(features) ?? features;
    const output = layers.dense({ name: "output", units: classes, kernelInitializer, kernelRegularizer });
    return this.model(output.apply(this.dropout(normalized, "output_dropout", dropoutRate)));
  }

  /** The model that gives a value. */
  model(outputs: SymbolicTensor): Model {
    const { seed, runtime } = this.options;
    return functional({ inputs: this.input, outputs, seed, runtime });
  }

  /** What the options say of the kernels of hidden layers. */
  private get hiddenKernel() {
    const { kernelInitializer, kernelRegularizer, weightStandardization } = this.options;
    return { kernelInitializer, kernelRegularizer, weightStandardization };
  }

  private preprocessed(given: SymbolicTensor): SymbolicTensor {
    return this.options.preprocessing.reduce((x, layer) => layer.apply(x), given);
  }

  private normalizedInput(x: SymbolicTensor): SymbolicTensor {
    const { inputNormalization } = this.options;
    return this.chosen("inputNormalization", inputNormalization, "input_normalization")?.apply(x) ?? x;
  }

  /** A shift behind it makes a bias redundant, as long as no activation comes between. */
  private needsBias(normalization: string | undefined, shape: readonly (number | string)[]): boolean {
    const { useBias } = this.options;
    if (useBias !== undefined) return useBias;
    if (normalization === undefined || !this.normalizesFirst) return true;
    const layer = this.normalizationAt(normalization);
    return !layer || !describeLayer(layer, [shape]).weights.some(({ role }) => role === "beta");
  }

  private normalizationAt(name: string): Layer | undefined {
    if (!this.normalizations.has(name)) {
      this.normalizations.set(name, this.chosen("normalization", this.options.normalization, name));
    }
    return this.normalizations.get(name);
  }

  private chosen(option: string, choice: NormalizationChoice, name: string): Layer | undefined {
    if (choice === "none") return undefined;
    if (typeof choice === "function") return this.make(option, choice, name);
    if ((choice as unknown) instanceof Layer) {
      const { type } = choice as unknown as Layer;
      throw new TypeError(
        `${this.who}: ${option} is a layer object, and a network makes a new layer for each place. Give its name, "${type}", its name with options, { type: "${type}", ... }, or a function that makes one for each place, () => layers.${type}().`,
      );
    }
    const { type, ...settings } = typeof choice === "object" && choice ? choice : { type: choice };
    const expected = `"none", a function, or one of ${normalizationNames.join(", ")}, alone or as the type of an object with its options`;
    requireOption(normalizationNames.includes(type), `${this.who}: ${option}`, expected, choice);
    return restoreLayer(type, { ...settings, name });
  }

  /** What a function of the user's makes, under the name of its place. */
  private make(option: string, maker: LayerMaker, name: string): Layer | undefined {
    const layer: unknown = maker(name);
    if (layer === undefined) return undefined;
    if (!(layer instanceof Layer)) {
      throw new TypeError(
        `${this.who}: ${option} must give a layer or undefined for "${name}", got ${shown(layer)}.`,
      );
    }
    if (this.made.has(layer)) {
      throw new Error(
        `${this.who}: ${option} gave the same layer object for "${layer.name}" and "${name}". Make a new one at each call.`,
      );
    }
    this.made.add(layer);
    layer.name = name;
    return layer;
  }
}
