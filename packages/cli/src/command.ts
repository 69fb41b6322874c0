import { compare, loadData, type Surroundings, warmUp } from "./compare/compare.js";
import { type CompareOptions, settingsFrom } from "./compare/options.js";
import type { Observer, RunRecord } from "./compare/records.js";
import type { Settings } from "./compare/settings.js";
import { resultsOf } from "./results/results.js";
import { shareOfCommonest } from "./results/statistics.js";
import { configurationOf } from "./runs/configuration.js";
import { type OpenFolder, openFolder, runFolder } from "./runs/folder.js";
import { runtimeFor } from "./runs/runtime.js";
import { onInterrupt } from "./terminal/interrupt.js";
import { type ProgressDisplay, progressBars, progressLines } from "./terminal/progress.js";
import { findingLines, resultsTable } from "./terminal/table.js";

/** All options of `compare`: what to compute, and what to do with it. */
export interface CompareCommandOptions extends CompareOptions {
  /** The run's folder inside `out`. Default: date, time and data set. */
  name?: string;
  out: string;
  force?: boolean;
  /** Print one JSON document and nothing else on stdout. */
  json?: boolean;
  /** Write `report.html`. */
  report: boolean;
  /** Show no progress. */
  quiet?: boolean;
}

/** Runs `evenkeel compare`. @returns the exit code: 0, or 130 after Ctrl-C. @throws UsageError before anything is written. */
export async function compareCommand(options: CompareCommandOptions): Promise<number> {
  const settings = settingsFrom(options);
  const runtime = runtimeFor(settings);
  const path = runFolder(options, settings);
  const data = await loadData(settings);
  const configuration = configurationOf(settings, runtime.name);

  const progress = progressFor(options, settings, data.train.x.shape[0]!);
  const interrupt = onInterrupt(() => progress.announceEnd("Stopping. Ctrl-C again ends at once."));
  const surroundings = { data, runtime, signal: interrupt.signal };
  let folder: OpenFolder;
  let records: RunRecord[];
  try {
    // What can't train fails here, before anything is written or, with --force, replaced.
    await warmUp(settings, surroundings);
    folder = openFolder(path, settings);
    folder.write("config.json", json(configuration));
    records = await recorded(folder, progress, settings, surroundings);
  } finally {
    progress.stop();
    interrupt.release();
  }

  const results = resultsOf(records, settings, shareOfCommonest(data.test.y.data));
  folder.write("results.json", json(results));
  const written = [`${path}/results.json`];
  if (options.report && results.arms.length > 0) {
    // Plot and its document take a while to load: only those who want a report wait for them.
    const { reportPage } = await import("./report/page.js");
    written.unshift(folder.write("report.html", reportPage({ results, records, configuration })));
  }

  if (options.json) process.stdout.write(json(results));
  else {
    const width = process.stdout.columns ?? 120;
    const lines = [
      "",
      ...(results.arms.length > 0 ? [resultsTable(results, width), ""] : []),
      ...(results.findings.length > 0 ? [findingLines(results, width), ""] : []),
      ...(results.status === "interrupted" ? [interruptedNote(records, settings), ""] : []),
      `${results.arms.length > 0 && options.report ? "Report" : "Results"}: ${written[0]}`,
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  return interrupt.signal.aborted ? 130 : 0;
}

/** Compares, and writes to the folder as it goes; takes the folder away when it fails with nothing in it. */
async function recorded(
  folder: OpenFolder,
  progress: ProgressDisplay,
  settings: Settings,
  surroundings: Surroundings,
): Promise<RunRecord[]> {
  let records: RunRecord[];
  try {
    const observer = both(progress.observer, folder.observer);
    records = await compare(settings, { ...surroundings, observer });
  } catch (error) {
    folder.abandon();
    throw error;
  }
  folder.close();
  return records;
}

function progressFor(
  { quiet, json: asJson }: CompareCommandOptions,
  settings: Settings,
  trainingExamples: number,
): ProgressDisplay {
  if (quiet) return { observer: {}, announceEnd: (text) => console.error(text), stop() {} };
  if (process.stderr.isTTY && (process.stdout.isTTY || asJson)) {
    return progressBars(settings, trainingExamples);
  }
  return progressLines(settings, asJson ? console.error : console.log);
}

function both(first: Observer, second: Observer): Observer {
  return {
    runBegins: (run, steps) => {
      first.runBegins?.(run, steps);
      second.runBegins?.(run, steps);
    },
    steps: (run, steps) => {
      first.steps?.(run, steps);
      second.steps?.(run, steps);
    },
    probe: (run, probe) => {
      first.probe?.(run, probe);
      second.probe?.(run, probe);
    },
    epoch: (run, epoch) => {
      first.epoch?.(run, epoch);
      second.epoch?.(run, epoch);
    },
    runEnds: (run) => {
      first.runEnds?.(run);
      second.runEnds?.(run);
    },
    model: (run, bytes) => {
      first.model?.(run, bytes);
      second.model?.(run, bytes);
    },
  };
}

function interruptedNote(records: readonly RunRecord[], settings: Settings): string {
  const whole = records.filter(({ outcome }) => outcome !== "interrupted").length;
  const expected = settings.seeds.length * settings.variants.length * settings.learningRates.length;
  return `Interrupted: ${whole} of ${expected} trainings were finished, and only those count here.`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
