import { requireKnown } from "../options/known.js";
import type { Callback } from "../training/callback.js";

/** Options of `callbacks.checkpoint`. */
export interface CheckpointOptions {
  /** The file, replaced as a whole each time. */
  path: string;
  /** Write after every so many steps. Default: after every epoch only. */
  everySteps?: number;
}

/** What a checkpoint needs of a model. */
interface WithCheckpoint {
  saveCheckpoint(path: string): Promise<void>;
}

/**
 * Keeps on the disk what is needed to go on after an interruption, SIGKILL included; `loadCheckpoint` reads
 * it, and `model.resume` finishes the training with exactly the result it would have had.
 */
export function checkpoint(options: CheckpointOptions): Callback<WithCheckpoint> {
  const { path, everySteps } = requireKnown("callbacks.checkpoint", options, {
    path: true,
    everySteps: true,
  });
  return {
    ...(everySteps === undefined ? {} : { interval: everySteps }),
    async onStepsEnd(_, { model, progress }) {
      if (everySteps && progress.step % everySteps === 0) await model.saveCheckpoint(path);
    },
    onEpochEnd: (_, { model }) => model.saveCheckpoint(path),
  };
}
