import { optimizers } from "evenkeel";

/** An optimiser as plain data: its name in `optimizers`, and its options; the rate a number or a schedule. */
export type OptimizerSettings = {
  [Type in keyof typeof optimizers]: { type: Type } & NonNullable<Parameters<(typeof optimizers)[Type]>[0]>;
}[keyof typeof optimizers];

/** Makes the optimiser. */
export function optimizerOf({ type, ...options }: OptimizerSettings): ReturnType<typeof optimizers.sgd> {
  return (optimizers[type] as (options: object) => ReturnType<typeof optimizers.sgd>)(options);
}
