import type { Comparison } from "../networks/comparison.ts";
import type { End } from "../networks/end.ts";

/** How far the networks of a comparison have come. */
export interface Standing {
  /** Steps that each has taken, unless it has come to an end. */
  steps: number;
  networks: NetworkStanding[];
}

/** How far one network has come. */
export interface NetworkStanding {
  /** Of the last step that was taken just now, from before its update. Undefined where none was. */
  loss: number | undefined;
  end: End | undefined;
}

/** Lets all networks of a comparison take steps; none says how far they are. */
export function takeSteps(comparison: Comparison, count: number): Promise<Standing> {
  return comparison.inTurn(async () => {
    const measures = count > 0 ? await comparison.advanceAll(count) : [];
    return {
      steps: comparison.steps,
      networks: comparison.competitors.map(({ end }, index) => ({
        loss: measures[index]?.at(-1)?.loss,
        end,
      })),
    };
  });
}
