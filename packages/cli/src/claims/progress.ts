import { MultiBar, type SingleBar } from "cli-progress";
import {
  elapsed,
  type Plan,
  type PlannedRun,
  type Remainder,
  runTitle,
  type TestObserver,
} from "evenkeel-experiments/pool";
import type { ClaimReport } from "evenkeel-experiments/report";
import { counted, duration, outcomeOf } from "evenkeel-experiments/report";
import { barStyle, share, timeLeft } from "../terminal/bars.js";
import { verdictInColor } from "./table.js";

/** Something that shows how far a test of claims is. */
export interface TestDisplay {
  readonly observer: TestObserver;
  /** Says something without disturbing what else is shown. */
  say(text: string): void;
  /** Leaves the terminal as it was found. */
  stop(): void;
}

/** What is to be tested. */
export interface TestOverview {
  plan: Plan;
  rest: Remainder;
  jobs: number;
}

/** The columns of the first line's words. */
const wordColumns = 66;

/** What follows a worker's bar. */
const runColumns = 44;

/**
 * A bar for the whole, by estimated time, and one for each worker; above them a line for each claim that is decided.
 * Written to stderr.
 */
export function testBars({ plan: { claims }, rest, jobs }: TestOverview): TestDisplay {
  const { missing, estimate } = rest;
  const columns = process.stderr.columns ?? 100;
  const bars = new MultiBar({
    ...barStyle,
    format: "{name} {bar} {share}  {words}",
    barsize: Math.max(8, Math.min(30, columns - wordColumns)),
    // What remains is the list of claims, and the table.
    clearOnComplete: true,
    emptyOnZero: true,
  });
  const nameWidth = Math.max(3, String(jobs).length);
  const bar = (name: string) =>
    bars.create(1, 0, { name: name.padEnd(nameWidth), share: share(0), words: "" });
  const whole = bar("all");
  const workers: SingleBar[] = [];
  const roomForWorkers = Math.max(1, (process.stderr.rows ?? 24) - 4);
  const workerBar = (worker: number) => {
    while (workers.length <= worker && workers.length < roomForWorkers)
      workers.push(bar(String(workers.length + 1)));
    return workers[worker];
  };

  const waiting = new Set(missing);
  const underWay = new Map<PlannedRun, number>();
  let spent = 0;
  let ended = 0;
  let decided = 0;
  const begun = performance.now();
  const showWhole = () => {
    const secondsOf = (run: PlannedRun) => estimate.of(run);
    const current = [...underWay].map(([run, done]) => ({
      done: secondsOf(run) * done,
      left: secondsOf(run) * (1 - done),
    }));
    const left = [...current.map((each) => each.left), ...[...waiting].map(secondsOf)];
    const done = current.reduce((sum, each) => sum + each.done, spent);
    const all = done + left.reduce((sum, each) => sum + each, 0);
    const perMinute = (ended / (performance.now() - begun)) * 60_000;
    const words = [
      `${ended} of ${counted(ended + underWay.size + waiting.size, "run")}`,
      `${decided} of ${counted(claims.length, "claim")}`,
      ...(ended > 2 ? [`${perMinute < 10 ? perMinute.toFixed(1) : Math.round(perMinute)} runs/min`] : []),
      timeLeft(elapsed(left, jobs)),
    ];
    whole.update(all > 0 ? done / all : 1, {
      share: share(all > 0 ? done / all : 1),
      words: words.join("  "),
    });
  };
  return {
    observer: {
      begins(run, worker) {
        waiting.delete(run);
        underWay.set(run, 0);
        workerBar(worker)?.update(0, { share: share(0), words: clipped(runTitle(run), runColumns) });
        showWhole();
      },
      progress(run, done, worker) {
        underWay.set(run, done);
        workerBar(worker)?.update(done, { share: share(done) });
        showWhole();
      },
      ends(run, end, worker) {
        underWay.delete(run);
        ended += 1;
        if ("seconds" in end) {
          spent += end.seconds;
          estimate.learn(run, end.seconds);
        }
        workerBar(worker)?.update(0, { share: "", words: "" });
        showWhole();
      },
      leftOut(run) {
        waiting.delete(run);
        showWhole();
      },
      decided(report) {
        decided += 1;
        bars.log(ownLine(clipped(decisionLine(report), columns - 1, verdictOf(report))));
        showWhole();
      },
    },
    say: (text) => bars.log(ownLine(text)),
    stop() {
      bars.update();
      bars.stop();
    },
  };
}

/** A line for each run that ends and each claim that is decided, for files and pipes. */
export function testLines({ rest }: TestOverview, print: (line: string) => void): TestDisplay {
  const { missing } = rest;
  let ended = 0;
  let leftOut = 0;
  return {
    observer: {
      ends(run, end) {
        ended += 1;
        const count = `${ended}/${missing.length - leftOut}`.padStart(String(missing.length).length * 2 + 1);
        print(
          `${count}  ${runTitle(run)}  ${"seconds" in end ? duration(end.seconds) : `failed: ${end.error}`}`,
        );
      },
      leftOut() {
        leftOut += 1;
      },
      decided: (report) => print(`${decisionLine(report)}${verdictOf(report)}`),
    },
    say: print,
    stop() {},
  };
}

function decisionLine({ claim: { id, title } }: ClaimReport): string {
  return `${id.padEnd(8)} ${title}: `;
}

function verdictOf(report: ClaimReport): string {
  return verdictInColor(outcomeOf(report));
}

/** A line above the bars; what was there before is wiped out. */
function ownLine(text: string): string {
  return `${text}\u001b[K\n`;
}

/** A text that fits, with something behind it that is never cut. */
function clipped(text: string, columns: number, behind = ""): string {
  const room = Math.max(8, columns - (behind === "" ? 0 : "confirmed".length));
  return (text.length > room ? `${text.slice(0, room - 2)}… ` : text) + behind;
}
