import { randomStream } from "../random/stream.js";
import { formatShape, gatherRows, rows } from "../tensor/tensor.js";
import type { Dataset } from "./dataset.js";

/** How `split` divides a data set. Give `fraction` or `count`, not both. */
export interface SplitOptions {
  /** Share of the examples that goes into the first part, between 0 and 1; rounded to whole examples. */
  fraction?: number;
  /** Number of examples in the first part. */
  count?: number;
  /** Seed of the random order. Default: 0. */
  seed?: number;
  /** Whether to draw the examples at random; if not, the first part is the front. Default: true. */
  shuffle?: boolean;
  /** Whether both parts keep the classes' shares, as near as whole examples allow. Default: false. */
  stratify?: boolean;
}

/**
 * Divides a data set in two parts that share no example: training and validation, say.
 *
 * @returns the first part, of the size asked for, and the rest; new arrays, other properties as they were.
 * @throws RangeError when a part would be empty, when not exactly one of `fraction` and `count` is given, or
 * when `stratify` meets a `y` that is not labels [N] of an integer type.
 */
export function split<D extends Dataset>(data: D, options: SplitOptions): [D, D] {
  const total = exampleCount(data);
  const count = firstCount(data.name, total, options);
  const order =
    (options.shuffle ?? true)
      ? randomStream(options.seed ?? 0, "split").permutation(total)
      : Uint32Array.from({ length: total }, (_, i) => i);
  if (!options.stratify) return [pick(data, order.subarray(0, count)), pick(data, order.subarray(count))];

  const labels = labelsOf(data);
  const places = placesByClass(labels, count);
  const first: number[] = [];
  const second: number[] = [];
  for (const example of order) {
    const label = labels[example]!;
    const left = places.get(label)!;
    if (left > 0) places.set(label, left - 1);
    (left > 0 ? first : second).push(example);
  }
  return [pick(data, first), pick(data, second)];
}

/**
 * The same examples in random order.
 *
 * @param seed any safe integer; the same seed gives the same order.
 */
export function shuffle<D extends Dataset>(data: D, seed: number): D {
  return pick(data, randomStream(seed, "shuffle").permutation(exampleCount(data)));
}

/**
 * The first `count` examples, without a copy.
 *
 * @throws RangeError when `count` is not a whole number from 1 to the number of examples.
 */
export function take<D extends Dataset>(data: D, count: number): D {
  const total = exampleCount(data);
  if (!Number.isInteger(count) || count < 1 || count > total) {
    throw new RangeError(`${data.name}: take needs a whole number from 1 to ${total}, got ${count}.`);
  }
  return { ...data, x: rows(data.x, 0, count), y: rows(data.y, 0, count) };
}

function exampleCount(data: Dataset): number {
  return data.x.shape[0] ?? 0;
}

function pick<D extends Dataset>(data: D, examples: ArrayLike<number>): D {
  return { ...data, x: gatherRows(data.x, examples), y: gatherRows(data.y, examples) };
}

function firstCount(name: string, total: number, { fraction, count }: SplitOptions): number {
  if ((fraction === undefined) === (count === undefined)) {
    throw new RangeError(`${name}: split needs either fraction or count, not both.`);
  }
  const first = count ?? Math.round(fraction! * total);
  if (!Number.isInteger(first) || first < 1 || first >= total) {
    const asked = count === undefined ? `fraction ${fraction}` : `count ${count}`;
    throw new RangeError(
      `${name}: ${asked} of ${total} examples can't make two parts with at least one example each.`,
    );
  }
  return first;
}

function labelsOf({ name, y }: Dataset): ArrayLike<number | bigint> {
  if (y.shape.length !== 1 || y.type === "float32") {
    throw new RangeError(
      `${name}: stratify needs labels of shape [N] and an integer type, got ${y.type} ${formatShape(y.shape)}.`,
    );
  }
  return y.data;
}

/**
 * How many of the first part's `count` places each class gets: its exact share rounded down, and the places
 * left over to the classes with the largest remainders, so that the parts have exactly the size asked for.
 */
function placesByClass(labels: ArrayLike<number | bigint>, count: number): Map<number | bigint, number> {
  const members = new Map<number | bigint, number>();
  for (let i = 0; i < labels.length; i++) members.set(labels[i]!, (members.get(labels[i]!) ?? 0) + 1);

  const places = new Map<number | bigint, number>();
  const remainders: [number | bigint, number][] = [];
  let left = count;
  for (const [label, size] of members) {
    const share = size * count;
    places.set(label, Math.floor(share / labels.length));
    remainders.push([label, share % labels.length]);
    left -= places.get(label)!;
  }
  remainders.sort(([, a], [, b]) => b - a);
  for (const [label] of remainders.slice(0, left)) places.set(label, places.get(label)! + 1);
  return places;
}
