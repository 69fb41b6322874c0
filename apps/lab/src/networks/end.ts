/** Why a network takes no more steps. */
export interface End {
  /** Steps that it has taken. */
  step: number;
  /** `diverged`: its loss or weights are no numbers any more; `refused`: it cannot train on such batches. */
  how: "diverged" | "refused";
  /** In words. */
  reason: string;
}

/** How a network came to its end, and where, in words. */
export function endInWords({ how, step, reason }: End): string {
  return how === "refused" ? `cannot train: ${reason}` : `diverged at step ${step + 1}: ${reason}`;
}
