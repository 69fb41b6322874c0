import type { ActivationName } from "../../../networks/experiment.ts";

/** A probability as a percentage. */
export function share(probability: number): string {
  if (probability > 0 && probability < 0.001) return "<0.1%";
  return `${(100 * probability).toFixed(probability > 0.995 || probability < 0.0995 ? 1 : 0)}%`;
}

/** What comes out of a layer's activation, in short: how many units are on, or from where to where they go. */
export function activity(values: Float32Array, activation: ActivationName): string {
  if (activation === "relu") {
    const on = values.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);
    return `${Math.round((100 * on) / values.length)}% on`;
  }
  const [least, largest] = [
    values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  ];
  return `${short(least)} to ${short(largest)}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(2))).replace("-", "−");
}
