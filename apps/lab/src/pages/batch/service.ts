import { openedComparison } from "../../networks/comparison.ts";
import type { Experiment } from "../../networks/experiment.ts";
import { type Look, lookInside, type Place } from "./look.ts";

/** What this page asks of the networks, which the service `steps` has opened. */
export function serve() {
  return {
    async look(experiment: Experiment, place: Place): Promise<Look> {
      const comparison = await openedComparison(experiment);
      return comparison.inTurn(() => lookInside(comparison, place));
    },
  };
}
