/** Two-sided 5 % points of Student's t, for 1 to 30 degrees of freedom. */
const points = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/**
 * The value that Student's t exceeds, up or down, in 5 % of all cases. Above 30 degrees it is the normal one and the
 * first term of its expansion, which is right to 0.003.
 *
 * @throws RangeError for what is no whole number from 1 on.
 */
export function criticalT(degreesOfFreedom: number): number {
  if (!Number.isInteger(degreesOfFreedom) || degreesOfFreedom < 1) {
    throw new RangeError(`Degrees of freedom must be a whole number from 1 on, got ${degreesOfFreedom}.`);
  }
  return points[degreesOfFreedom - 1] ?? 1.96 + 2.4 / degreesOfFreedom;
}
