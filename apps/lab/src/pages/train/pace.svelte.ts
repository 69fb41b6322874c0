/** Milliseconds between two drawings of what changes all the time; more where little motion is asked for. */
const [often, seldom] = [250, 1500];

/**
 * A value that follows another, at a pace at which it can be looked at and drawn. The last value always comes. To be
 * called while a component is made.
 */
export function paced<T>(source: () => T): { readonly current: T } {
  let current = $state.raw(source());
  let last = Number.NEGATIVE_INFINITY;
  $effect(() => {
    const value = source();
    const pause = matchMedia("(prefers-reduced-motion: reduce)").matches ? seldom : often;
    const wait = Math.max(0, last + pause - performance.now());
    const waiting = setTimeout(() => {
      last = performance.now();
      current = value;
    }, wait);
    return () => clearTimeout(waiting);
  });
  return {
    get current() {
      return current;
    },
  };
}
