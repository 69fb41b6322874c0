import type { LoadProgress } from "../data/digits.ts";
import type { ServiceContext } from "../engine/context.ts";
import { openComparison, openedComparison } from "../networks/comparison.ts";
import type { Experiment } from "../networks/experiment.ts";
import { type Standing, takeSteps } from "./take.ts";

/** What pages that look at networks ask of their training. */
export function serve({ runtime }: ServiceContext) {
  return {
    /**
     * Opens an experiment, or says how far its networks are; a training that another page has left them to ends.
     *
     * @param fresh begins it anew also when it is open.
     */
    async open(experiment: Experiment, fresh: boolean, onProgress: LoadProgress): Promise<Standing> {
      const comparison = await openComparison(experiment, runtime, { fresh, onProgress });
      await comparison.settle();
      return takeSteps(comparison, 0);
    },
    /** Takes steps with all networks of an experiment. */
    async advance(experiment: Experiment, count: number): Promise<Standing> {
      return takeSteps(await openedComparison(experiment), count);
    },
  };
}
