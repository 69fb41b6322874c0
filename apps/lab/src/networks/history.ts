import type { StepMeasures } from "./comparison.ts";
import type { End } from "./end.ts";
import type { Inside, Look } from "./looks.ts";
import { emptyTrace, extended, type Trace } from "./trace.ts";

/** What is known of all networks of a comparison, from its beginning. Plain data, which the worker and the page share. */
export interface History {
  /** Steps that each network has taken, unless it has come to an end. */
  steps: number;
  networks: readonly NetworkHistory[];
}

/** What is known of one network. */
export interface NetworkHistory {
  trace: Trace;
  looks: readonly Look[];
  /** At its last look. */
  inside: Inside | undefined;
  end: End | undefined;
  warnings: readonly string[];
}

/** What has happened since the update before. */
export interface Update {
  /** Steps that had been taken before. */
  before: number;
  steps: number;
  networks: readonly NetworkUpdate[];
}

export interface NetworkUpdate {
  measures: readonly StepMeasures[];
  look?: { look: Look; inside: Inside };
  end: End | undefined;
  warnings: readonly string[];
}

/** Of more looks, some are forgotten. */
const mostLooks = 240;

export function emptyHistory(networks: number): History {
  const none = { trace: emptyTrace, looks: [], inside: undefined, end: undefined, warnings: [] };
  return { steps: 0, networks: Array.from({ length: networks }, () => none) };
}

/** The history with an update at its end. */
export function continued(history: History, { before, steps, networks }: Update): History {
  return {
    steps,
    networks: history.networks.map(({ trace, looks, inside }, index) => {
      const { measures, look, end, warnings } = networks[index]!;
      return {
        trace: measures.length > 0 ? extended(trace, before + 1, measures) : trace,
        looks: look ? thinned([...looks.filter(({ step }) => step < look.look.step), look.look]) : looks,
        inside: look?.inside ?? inside,
        end,
        warnings,
      };
    }),
  };
}

/** Without the look whose neighbours are closest together, where there are too many: those that stay are spread evenly. */
function thinned(looks: readonly Look[]): readonly Look[] {
  if (looks.length <= mostLooks) return looks;
  const room = (place: number) => looks[place + 1]!.step - looks[place - 1]!.step;
  let least = 1;
  for (let place = 2; place < looks.length - 1; place++) if (room(place) < room(least)) least = place;
  return looks.filter((_, place) => place !== least);
}
