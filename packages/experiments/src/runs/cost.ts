import stringify from "safe-stable-stringify";
import type { DataSettings } from "./data.js";
import { build, type NetworkSettings } from "./network.js";

/** Multiplications and additions in a second on one core of a laptop, as measured on dense layers and convolutions of middling size. */
const operationsPerSecond = 1.1e11;

/** What a layer costs in a step beside its arithmetic, seconds. */
const layerSeconds = 3e-5;

const known = new Map<string, { operations: number; layers: number }>();

/** About how long one training step takes on one core, seconds: for estimates before a run. */
export function stepSeconds(network: NetworkSettings, data: DataSettings, batchSize: number): number {
  const key = stringify([network, data.name]);
  const { operations, layers } = known.get(key) ?? weighed(network);
  known.set(key, { operations, layers });
  // Forward, and two products of the same size backward.
  return (3 * operations * batchSize) / operationsPerSecond + layers * layerSeconds;
}

/** Operations of the forward pass of one example: every kernel element acts once at each position of its output. */
function weighed(network: NetworkSettings): { operations: number; layers: number } {
  const { rows } = build(network, { seed: 0 }).summary(() => {});
  let operations = 0;
  for (const { outputShape, parameters } of rows) {
    const [, ...positions] = (outputShape.match(/\d+/g) ?? []).map(Number);
    operations += 2 * parameters * positions.reduce((product, size) => product * size, 1);
  }
  return { operations, layers: rows.length };
}
