import { configure } from "safe-stable-stringify";

/**
 * JSON with the properties of objects in the order of their names.
 *
 * @throws Error for what JSON cannot hold, NaN and infinities among it: two such settings would be written alike.
 */
export const stableJson = configure({ strict: true }) as (value: unknown) => string;

const orderedJson = configure({ strict: true, deterministic: false }) as (value: unknown) => string;

/** A run's result as JSON, its properties in their own order. @throws Error when it is no plain data. */
export function resultJson(result: unknown): string {
  try {
    return orderedJson(result);
  } catch (cause) {
    throw new Error(`The result is no plain data: ${(cause as Error).message}.`, { cause });
  }
}
