/** A point of a drawing, in a square of 1 × 1 with its origin at the top left. */
export interface PenPoint {
  x: number;
  y: number;
}

/** What is drawn between putting the pen down and lifting it. */
export type Stroke = readonly PenPoint[];

/** Pixels of a side of the picture, and of the box that the digit fills. */
const side = 28;
const box = 20;

/** Half the width of the pen, in pixels of the picture, about that of the digits in MNIST. */
const penRadius = 1.25;

/** A dot is not blown up to the whole box: pixels that the square's side is at most. */
const mostScale = 60;

/**
 * The picture that a network is given of a drawing, made as MNIST's are: the digit is scaled to a box of 20 × 20 pixels,
 * and its centre of mass is put in the middle of 28 × 28.
 *
 * @returns 28 rows of 28 pixels, 0 (nothing) to 255.
 */
export function pictureOf(strokes: readonly Stroke[]): Uint8Array {
  const points = strokes.flat();
  if (points.length === 0) return new Uint8Array(side * side);
  const [left, right] = extent(points.map(({ x }) => x));
  const [top, bottom] = extent(points.map(({ y }) => y));
  const scale = Math.min(mostScale, (box - 2 * penRadius) / Math.max(right - left, bottom - top, 1e-6));
  const middle = { x: (left + right) / 2, y: (top + bottom) / 2 };
  const placed = (shift: PenPoint) =>
    strokes.map((stroke) =>
      stroke.map(({ x, y }) => ({
        x: side / 2 + scale * (x - middle.x) + shift.x,
        y: side / 2 + scale * (y - middle.y) + shift.y,
      })),
    );
  const center = centerOfMass(rendered(placed({ x: 0, y: 0 })));
  const picture = rendered(placed({ x: side / 2 - center.x, y: side / 2 - center.y }));
  return Uint8Array.from(picture, (value) => Math.round(255 * value));
}

/** Where the ink is on average; the middle of the first pixel is at 0.5. */
export function centerOfMass(picture: ArrayLike<number>): PenPoint {
  let [mass, x, y] = [0, 0, 0];
  for (let pixel = 0; pixel < picture.length; pixel++) {
    const ink = picture[pixel]!;
    mass += ink;
    x += ink * ((pixel % side) + 0.5);
    y += ink * (Math.floor(pixel / side) + 0.5);
  }
  return { x: x / mass, y: y / mass };
}

/** The strokes by a round pen with a soft edge, each pixel from 0 to 1. */
function rendered(strokes: readonly Stroke[]): Float32Array {
  const picture = new Float32Array(side * side);
  for (const stroke of strokes) {
    for (const [index, to] of stroke.entries()) {
      const from = stroke[Math.max(0, index - 1)]!;
      for (let pixel = 0; pixel < picture.length; pixel++) {
        const place = { x: (pixel % side) + 0.5, y: Math.floor(pixel / side) + 0.5 };
        const ink = Math.min(1, penRadius + 0.5 - distance(place, from, to));
        if (ink > picture[pixel]!) picture[pixel] = ink;
      }
    }
  }
  return picture;
}

/** From a place to the line between two points. */
function distance({ x, y }: PenPoint, from: PenPoint, to: PenPoint): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : ((x - from.x) * dx + (y - from.y) * dy) / length;
  const nearest = Math.min(1, Math.max(0, share));
  return Math.hypot(x - from.x - nearest * dx, y - from.y - nearest * dy);
}

function extent(values: readonly number[]): [number, number] {
  return values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ] as [number, number]);
}
