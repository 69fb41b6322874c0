import type { Evidence, Results, Runs } from "./claim.js";

/** Takes something of every seed's results. */
export function across<R extends Runs, T>({ seeds }: Evidence<R>, of: (results: Results<R>) => T): T[] {
  return seeds.map(({ results }) => of(results));
}
