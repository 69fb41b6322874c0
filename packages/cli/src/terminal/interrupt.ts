/** Ctrl-C, listened to. */
export interface Interrupt {
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Gives Ctrl-C back its usual meaning. */
  release(): void;
}

/** Shows the cursor, which a progress bar hides. */
const showCursor = "\u001b[?25h";

/** Makes the first Ctrl-C (or SIGTERM) ask for an end, and the second end the process at once. */
export function onInterrupt(announce: () => void): Interrupt {
  const controller = new AbortController();
  const listener = () => {
    if (controller.signal.aborted) {
      if (process.stderr.isTTY) process.stderr.write(`${showCursor}\n`);
      process.exit(130);
    }
    announce();
    controller.abort();
  };
  process.on("SIGINT", listener);
  process.on("SIGTERM", listener);
  return {
    signal: controller.signal,
    release() {
      process.off("SIGINT", listener);
      process.off("SIGTERM", listener);
    },
  };
}
