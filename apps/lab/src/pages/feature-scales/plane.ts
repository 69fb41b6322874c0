import type { Pair } from "./moments.ts";

/** Where the plane of weights lies in its drawing, in pixels. One unit is as long in both directions. */
export const plane = { left: 30, top: 8, size: 282, width: 320, height: 326 } as const;

/** Paths are cut off so many planes away from theirs; browsers do not draw any farther reliably. */
const farthest = 20;

/** How far the planes of all forms reach from 0: as far as the starts that there are, and the solutions. */
export function extentOf(solutions: readonly Pair[], farthestStart: number): number {
  const needed = Math.max(farthestStart, ...solutions.flat().map((weight) => 1.2 * Math.abs(weight)));
  return Math.ceil(2 * needed) / 2;
}

/** A place in the drawing. */
export function placeOf([first, second]: Pair, extent: number): Pair {
  const { left, top, size } = plane;
  return [left + ((first + extent) / (2 * extent)) * size, top + ((extent - second) / (2 * extent)) * size];
}

/** The weights at a place of the drawing. */
export function weightsAt([x, y]: Pair, extent: number): Pair {
  const { left, top, size } = plane;
  return [((x - left) / size) * 2 * extent - extent, extent - ((y - top) / size) * 2 * extent];
}

export function isInside([first, second]: Pair, extent: number): boolean {
  return Math.abs(first) <= extent && Math.abs(second) <= extent;
}

/** The points of a path as far as they can be drawn: behind the first that is very far away there are none. */
export function drawable(path: readonly Pair[], extent: number): Pair[] {
  const limit = farthest * extent;
  const end = path.findIndex((point) => !isInside(point, limit));
  if (end <= 0) return [...path];
  const [from, to] = [path[end - 1]!, path[end]!];
  // The last stretch keeps its direction.
  const share = limit / Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]));
  const last: Pair = [
    from[0] + Math.min(1, share) * (to[0] - from[0]),
    from[1] + Math.min(1, share) * (to[1] - from[1]),
  ];
  return [...path.slice(0, end), last];
}

/** Where a path leaves the plane for the first time: the step that leads out, and the place at the edge. */
export function exitOf(path: readonly Pair[], extent: number): { step: number; at: Pair } | undefined {
  const step = path.findIndex((point) => !isInside(point, extent));
  if (step <= 0) return undefined;
  const [from, to] = [path[step - 1]!, path[step]!];
  const shares = [0, 1].map((axis) => {
    const move = to[axis]! - from[axis]!;
    const edge = Math.sign(move) * extent;
    return Math.abs(to[axis]!) > extent ? (edge - from[axis]!) / move : 1;
  });
  const share = Math.min(...shares);
  return { step, at: [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])] };
}
