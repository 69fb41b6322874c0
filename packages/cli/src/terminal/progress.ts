import { MultiBar, type SingleBar } from "cli-progress";
import type { Observer } from "../compare/records.js";
import type { Settings } from "../compare/settings.js";
import { type VariantName, variants } from "../compare/variants.js";
import { lossText, percent } from "../results/wording.js";
import { barLayout } from "./bar-layout.js";
import { barStyle, share, timeLeft } from "./bars.js";
import { inColor, paint } from "./colors.js";

/** Something that shows how far a comparison is. */
export interface ProgressDisplay {
  readonly observer: Observer;
  /** Says that the comparison is about to end, without disturbing what else is shown. */
  announceEnd(text: string): void;
  /** Leaves the terminal as it was found. */
  stop(): void;
}

/** Where a variant stands. */
interface Lane {
  bar: SingleBar;
  done: number;
  /** Steps of each of its trainings. */
  stepsPerRun: number;
  /** Steps and milliseconds of what was timed; the first run of steps of each training is left out. */
  timedSteps: number;
  timedMilliseconds: number;
}

/** A bar for each variant, over all its seeds and rates, and one for the whole. Written to stderr. */
export function progressBars(settings: Settings, trainingExamples: number): ProgressDisplay {
  // Until a variant's training begins: batch norm may need a step less in an epoch.
  const stepsPerRun = Math.ceil(trainingExamples / settings.batchSize) * settings.epochs;
  const runsPerVariant = settings.seeds.length * settings.learningRates.length;
  const width = Math.max(...settings.variants.map((variant) => variants[variant].title.length), 5);
  const bars = new MultiBar({
    ...barLayout(process.stderr.columns ?? 100, width),
    ...barStyle,
    clearOnComplete: false,
    emptyOnZero: true,
  });
  const blank = { share: "  0 %", rate: "", loss: "", accuracy: "", test: "", left: "" };
  const lanes = new Map<VariantName, Lane>();
  for (const variant of settings.variants) {
    const name = inColor(variant, variants[variant].title.padEnd(width));
    const bar = bars.create(stepsPerRun * runsPerVariant, 0, { name, ...blank });
    lanes.set(variant, { bar, done: 0, stepsPerRun, timedSteps: 0, timedMilliseconds: 0 });
  }
  const whole = bars.create(stepsPerRun * runsPerVariant * settings.variants.length, 0, {
    name: paint.bold("all".padEnd(width)),
    ...blank,
  });

  let last = performance.now();
  let first = true;
  let stopping = false;
  const begun = { at: 0, done: 0 };
  const doneInAll = () => [...lanes.values()].reduce((sum, { done }) => sum + done, 0);
  const stepsOf = (lane: Lane) => lane.stepsPerRun * runsPerVariant;
  const stepsInAll = () => [...lanes.values()].reduce((sum, lane) => sum + stepsOf(lane), 0);
  const show = (lane: Lane, done: number, payload: object) => {
    lane.done = done;
    lane.bar.update(done, payload);
    const all = doneInAll();
    const speed = (all - begun.done) / (performance.now() - begun.at);
    const total = stepsInAll();
    const left = begun.at > 0 && speed > 0 ? timeLeft((total - all) / speed / 1000) : "";
    whole.update(all, { share: share(all / total), ...(stopping ? {} : { left }) });
  };
  return {
    observer: {
      runBegins({ variant }, steps) {
        const lane = lanes.get(variant)!;
        lane.stepsPerRun = steps;
        lane.bar.setTotal(stepsOf(lane));
        whole.setTotal(stepsInAll());
        last = performance.now();
        first = true;
      },
      steps({ variant }, steps) {
        const lane = lanes.get(variant)!;
        const now = performance.now();
        if (!first) {
          lane.timedSteps += steps.length;
          lane.timedMilliseconds += now - last;
        } else if (begun.at === 0) Object.assign(begun, { at: now, done: doneInAll() + steps.length });
        first = false;
        last = now;
        const { logs, batchSize } = steps.at(-1)!;
        const done = lane.done + steps.length;
        const speed = lane.timedSteps / lane.timedMilliseconds;
        show(lane, done, {
          share: share(done / stepsOf(lane)),
          rate: (speed > 0 ? examplesPerSecond(speed * batchSize * 1000) : "").padStart(6),
          loss: `loss ${logs.loss!.toPrecision(3).padEnd(7)}`,
          accuracy: `train ${percent(logs.accuracy!, 1).padStart(7)}`,
          left: speed > 0 ? timeLeft((stepsOf(lane) - done) / speed / 1000) : "",
        });
      },
      probe() {
        last = performance.now();
      },
      epoch({ variant }, { test }) {
        lanes.get(variant)!.bar.update({ test: `test ${percent(test.accuracy)}` });
        last = performance.now();
      },
      runEnds({ variant, outcome, epochs }) {
        const lane = lanes.get(variant)!;
        if (outcome === "diverged") {
          // What it did not train will not come: the bar moves on to the next seed.
          const runs = Math.ceil((lane.done + 1) / lane.stepsPerRun);
          show(lane, runs * lane.stepsPerRun, { share: share(runs / runsPerVariant) });
          lane.bar.update({
            rate: paint.red(`diverged in epoch ${epochs.length + 1}`),
            loss: "",
            accuracy: "",
            test: "",
            left: "",
          });
        } else if (lane.done >= stepsOf(lane)) lane.bar.update({ left: "" });
      },
    },
    announceEnd(text) {
      stopping = true;
      whole.update({ left: text });
      bars.update();
    },
    stop: () => bars.stop(),
  };
}

/** A line for each epoch, for files and pipes. */
export function progressLines(settings: Settings, print: (line: string) => void): ProgressDisplay {
  const name = (variant: VariantName, learningRate: number, seed: number) => {
    const rate = settings.learningRates.length > 1 ? `  rate ${learningRate}` : "";
    return `${variants[variant].title.padEnd(18)}${rate}  seed ${seed}`;
  };
  return {
    observer: {
      epoch({ variant, learningRate, seed }, { epoch, epochSeconds, train, test }) {
        print(
          [
            name(variant, learningRate, seed),
            `epoch ${epoch}/${settings.epochs}`,
            `loss ${lossText(train.loss)}`,
            `train ${percent(train.accuracy)}`,
            `test ${percent(test.accuracy)}`,
            `${epochSeconds.toFixed(2)} s`,
          ].join("  "),
        );
      },
      runEnds({ variant, learningRate, seed, outcome, reason }) {
        if (outcome !== "finished") print(`${name(variant, learningRate, seed)}  ${outcome}: ${reason}`);
      },
    },
    announceEnd: print,
    stop() {},
  };
}

function examplesPerSecond(value: number): string {
  return value < 10_000 ? `${Math.round(value)}/s` : `${Math.round(value / 1000)}k/s`;
}
