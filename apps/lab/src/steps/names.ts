import type { NetworkSettings } from "../networks/experiment.ts";
import { identitiesOf } from "../networks/names.ts";

/** What networks are called in sentences: `no batch norm (A)`. The letter tells those apart that are the same. */
export function networkNames(networks: readonly NetworkSettings[]): string[] {
  return identitiesOf(networks).map(({ letter, name }) => `${name} (${letter})`);
}
