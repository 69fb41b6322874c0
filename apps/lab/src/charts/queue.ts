/** Drawings that wait for their turn, by what they draw into: one that is asked for again is done once. */
const waiting = new Map<object, () => void>();
let scheduled = false;

/**
 * Draws soon: one drawing in each frame, so that many charts that change at once never hold up the page.
 *
 * @param place what is drawn into; a later drawing for the same place replaces the one that waits.
 */
export function drawSoon(place: object, draw: () => void): void {
  waiting.set(place, draw);
  schedule();
}

/** Gives up a drawing that waits. */
export function cancelDrawing(place: object): void {
  waiting.delete(place);
}

function schedule(): void {
  if (scheduled || waiting.size === 0) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    const [next] = waiting;
    if (next) {
      waiting.delete(next[0]);
      next[1]();
    }
    schedule();
  });
}
