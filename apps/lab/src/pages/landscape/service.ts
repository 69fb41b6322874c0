import { openedComparison } from "../../networks/comparison.ts";
import type { Experiment } from "../../networks/experiment.ts";
import { type LandscapeLook, measure, type Probe } from "./measure.ts";

/** What this page asks of the networks, which the service `steps` has opened. */
export function serve() {
  return {
    async measure(experiment: Experiment, probe: Probe): Promise<LandscapeLook> {
      const comparison = await openedComparison(experiment);
      return comparison.inTurn(() => measure(comparison, probe));
    },
  };
}
