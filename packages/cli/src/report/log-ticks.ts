/**
 * Ticks of a logarithmic axis, only as many as can be read: at 1, 2 and 5 times the powers of ten, at 1 and 3,
 * or at 1. (Plot leaves out the labels of more.) None where the axis has no bounds that are numbers above 0.
 */
export function logTicks(
  least: number,
  most: number,
): { ticks: number[]; tickFormat: (value: number) => string } {
  const ticks: number[] = [];
  if (![least, most].every(isOnLogAxis)) return { ticks, tickFormat: plainOrPower };
  const span = most / least;
  const factors = span > 1000 ? [1] : span > 10 ? [1, 3] : [1, 2, 5];
  for (let power = Math.floor(Math.log10(least)); power <= Math.log10(most); power++) {
    for (const factor of factors) {
      const tick = Number(`${factor}e${power}`);
      if (tick >= least && tick <= most) ticks.push(tick);
    }
  }
  return { ticks, tickFormat: plainOrPower };
}

/** Whether a value has a place on a logarithmic axis. */
export function isOnLogAxis(value: number): boolean {
  return value > 0 && Number.isFinite(value);
}

function plainOrPower(value: number): string {
  return value >= 1e4 || value < 1e-3 ? value.toExponential(0) : String(Number(value.toPrecision(2)));
}
