import fc from "fast-check";
import { elementsInside, type Windows } from "../graph/windows.js";

/** Windows, and the sizes of axes that they lie over. */
export interface Laid {
  sizes: number[];
  windows: Windows;
}

/**
 * Windows over some spatial axes, of any kernel, stride, dilation and padding, that fit their axes: closely, or with
 * elements left over.
 */
export function laidWindows({
  rank,
  longest = 3,
  dilated = true,
  lessPadding = false,
}: {
  rank: number;
  /** The longest kernel. */
  longest?: number;
  dilated?: boolean;
  /** No window in the padding alone, and padding shorter than the kernel, as poolings need it. */
  lessPadding?: boolean;
}): fc.Arbitrary<Laid> {
  const axis = fc
    .record({
      kernel: fc.integer({ min: 1, max: longest }),
      stride: fc.integer({ min: 1, max: 3 }),
      dilation: dilated ? fc.integer({ min: 1, max: 2 }) : fc.constant(1),
      before: fc.nat(2),
      after: fc.nat(2),
      room: fc.nat(4),
    })
    .map(({ kernel, stride, dilation, before, after, room }) => {
      const most = lessPadding ? kernel - 1 : 2;
      const pads = [Math.min(before, most), Math.min(after, most)] as const;
      const size = Math.max(1, dilation * (kernel - 1) + 1 - pads[0] - pads[1] + room);
      return { kernel, stride, dilation, pads, size };
    });
  const laid = fc.array(axis, { minLength: rank, maxLength: rank }).map((axes) => ({
    sizes: axes.map(({ size }) => size),
    windows: {
      kernel: axes.map(({ kernel }) => kernel),
      strides: axes.map(({ stride }) => stride),
      dilations: axes.map(({ dilation }) => dilation),
      before: axes.map(({ pads }) => pads[0]),
      after: axes.map(({ pads }) => pads[1]),
    },
  }));
  return laid.filter(
    ({ sizes, windows }) =>
      !lessPadding || elementsInside(sizes, windows).every((along) => !along.includes(0)),
  );
}

/** A convolution's windows and the numbers of its channels. */
export interface LaidConvolution extends Laid {
  batch: number;
  group: number;
  /** In each group. */
  channels: number;
  /** In each group. */
  filters: number;
}

/** Convolutions of any windows, with up to three groups. */
export function laidConvolutions(rank: number): fc.Arbitrary<LaidConvolution> {
  const few = fc.integer({ min: 1, max: 2 });
  return fc
    .record({
      laid: laidWindows({ rank }),
      batch: few,
      group: fc.integer({ min: 1, max: 3 }),
      channels: few,
      filters: few,
    })
    .map(({ laid, ...counts }) => ({ ...laid, ...counts }));
}
