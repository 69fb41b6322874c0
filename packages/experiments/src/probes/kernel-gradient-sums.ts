import type { Tensor } from "evenkeel";

/**
 * A convolution's kernel gradient is a sum over examples b and positions x, y of d = δ[b,o,x,y] · I[b,i,x+u,y+v]. These
 * are means over the kernel's entries of that sum, with the sign lost before it, within it or after it (Bjorck et al.
 * 2018, section 3.2).
 */
export interface KernelGradientSums {
  /** Σ_bxy |d|: what the sum would be if no two terms cancelled. */
  ofSizes: number;
  /** Σ_b |Σ_xy d|: signs may cancel within an example. */
  withinExamples: number;
  /** Σ_xy |Σ_b d|: signs may cancel between examples, at the same position. */
  betweenExamples: number;
  /** |Σ_bxy d|: the gradient's own size. */
  size: number;
}

/**
 * Sums the terms of a convolution's kernel gradient in several ways. The convolution has stride 1 and keeps the size.
 *
 * @param input what the convolution takes, `[N, C, H, W]`.
 * @param gradient of the loss with respect to what it gives, `[N, filters, H, W]`.
 * @param kernelSize odd.
 * @throws RangeError when the shapes differ in examples or positions.
 */
export function kernelGradientSums(
  input: Tensor<"float32">,
  gradient: Tensor<"float32">,
  kernelSize: number,
): KernelGradientSums {
  const [examples = 0, channels = 0, height = 0, width = 0] = input.shape;
  const [, filters = 0, ...positions] = gradient.shape;
  if (gradient.shape[0] !== examples || positions[0] !== height || positions[1] !== width) {
    throw new RangeError(
      `The sums of a kernel gradient need a convolution that keeps the size: input [${input.shape}], gradient [${gradient.shape}].`,
    );
  }
  const margin = (kernelSize - 1) / 2;
  const area = height * width;
  const byPosition = new Float64Array(area);
  const sums: KernelGradientSums = { ofSizes: 0, withinExamples: 0, betweenExamples: 0, size: 0 };
  for (let filter = 0; filter < filters; filter++)
    for (let channel = 0; channel < channels; channel++)
      for (let u = -margin; u <= margin; u++)
        for (let v = -margin; v <= margin; v++) {
          byPosition.fill(0);
          let total = 0;
          for (let example = 0; example < examples; example++) {
            const outputs = (example * filters + filter) * area;
            const inputs = (example * channels + channel) * area + u * width + v;
            let ofExample = 0;
            // What lies in the padding is 0 and adds nothing.
            for (let x = Math.max(0, -u); x < Math.min(height, height - u); x++) {
              const end = x * width + Math.min(width, width - v);
              for (let place = x * width + Math.max(0, -v); place < end; place++) {
                const term = gradient.data[outputs + place]! * input.data[inputs + place]!;
                ofExample += term;
                sums.ofSizes += Math.abs(term);
                byPosition[place]! += term;
              }
            }
            sums.withinExamples += Math.abs(ofExample);
            total += ofExample;
          }
          for (const term of byPosition) sums.betweenExamples += Math.abs(term);
          sums.size += Math.abs(total);
        }
  const entries = filters * channels * kernelSize ** 2;
  return {
    ofSizes: sums.ofSizes / entries,
    withinExamples: sums.withinExamples / entries,
    betweenExamples: sums.betweenExamples / entries,
    size: sums.size / entries,
  };
}
