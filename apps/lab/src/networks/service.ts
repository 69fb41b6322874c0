import type { ServiceContext } from "../engine/services.ts";
import { openComparison } from "./comparison.ts";
import type { Experiment } from "./experiment.ts";

/** What the Train page asks of its networks. */
export function serve({ runtime }: ServiceContext) {
  return {
    async open(
      experiment: Experiment,
      onProgress?: (loaded: number, total: number) => void,
    ): Promise<number> {
      const comparison = await openComparison(experiment, runtime, onProgress ? { onProgress } : {});
      return comparison.steps;
    },
  };
}
