import { join } from "node:path";
import { layers, type Runtime, sequential } from "evenkeel";
import { leastSeeds } from "evenkeel-experiments";
import {
  missingData,
  openStore,
  plan,
  type Remainder,
  remainder,
  requireWritable,
  type Tested,
  testClaims,
  writeWhole,
} from "evenkeel-experiments/pool";
import type { ClaimReport } from "evenkeel-experiments/report";
import { counted, countsOf, dataFiles, duration, ledger, reportPage } from "evenkeel-experiments/report";
import { enumerated } from "../results/wording.js";
import { provenance } from "../runs/configuration.js";
import { requireFolder } from "../runs/folder.js";
import { runtimeFor } from "../runs/runtime.js";
import { onInterrupt } from "../terminal/interrupt.js";
import { UsageError } from "../usage-error.js";
import { writeDataFiles } from "./data-files.js";
import { dryRunOf, dryRunText } from "./dry-run.js";
import { missingText } from "./missing-data.js";
import { commandOf, type TestClaimOptions, testSettingsFrom } from "./options.js";
import { type TestDisplay, type TestOverview, testBars, testLines } from "./progress.js";
import { type ClaimResults, resultsOf } from "./results.js";
import { verdictTable } from "./verdicts.js";

/** All options of `test-claim`: what to compute, and what to do with it. */
export interface TestClaimCommandOptions extends TestClaimOptions {
  /** The folder of the finished runs, the report and the ledger. */
  out: string;
  /** Say what would be run, and do nothing. */
  dryRun?: boolean;
  /** Print one JSON document and nothing else on stdout. */
  json?: boolean;
  /** Write `report.html`, `ledger.md` and the folder `data`. */
  report: boolean;
  /** Show no progress. */
  quiet?: boolean;
}

/**
 * Runs `evenkeel test-claim`.
 *
 * @returns the exit code: 0 however the claims came out, 1 when something failed, 130 after Ctrl-C.
 * @throws UsageError before anything is written.
 */
export async function testClaimCommand(
  names: readonly string[],
  options: TestClaimCommandOptions,
): Promise<number> {
  const settings = testSettingsFrom(names, options);
  requireFolder(options.out, "--out");
  const runtime = runtimeFor(settings);
  const warn = (message: string) => console.error(`evenkeel: ${message}`);
  const store = openStore(join(options.out, "results"), warn);
  const planned = plan(settings.claims, settings.size, settings.seeds, settings.device);
  const rest = remainder(planned, store);
  const width = process.stdout.columns ?? 120;
  const missing = missingData(planned.claims, rest.missing);
  if (options.dryRun) {
    const would = dryRunOf(planned, rest, settings.jobs, missing);
    process.stdout.write(options.json ? json(would) : `${dryRunText(would, width)}\n`);
    return 0;
  }
  if (missing.length > 0) throw new UsageError(missingText(missing));
  requireWritableOut(options.out);

  if (settings.device !== "cpu") await requireWorking(runtime, settings.device);
  const begun = new Date();
  const progress = displayFor(options, { plan: planned, rest, jobs: settings.jobs });
  const interrupt = onInterrupt(() => progress.say("Stopping. Ctrl-C again ends at once."));
  const { signal } = interrupt;
  let tested: Tested;
  try {
    tested = await testClaims(planned, {
      ...{ store, rest, signal },
      jobs: settings.jobs,
      observer: progress.observer,
    });
  } finally {
    progress.stop();
    interrupt.release();
  }

  const about = {
    begun: begun.toISOString(),
    seconds: (Date.now() - begun.getTime()) / 1000,
    runs: { count: planned.runs.length, kept: rest.kept.size, seconds: tested.seconds },
    command: commandOf(names, settings),
    device: settings.device,
    ...provenance(runtime.name),
  };
  const results = resultsOf(tested, about, signal.aborted);
  const { written, problems } = signal.aborted
    ? { written: [], problems: [] }
    : write(options, results, tested.claims);
  if (options.json) process.stdout.write(json(results));
  else {
    const lines = [
      ...(tested.claims.length > 0 ? [verdictTable(tested.claims, width), ""] : []),
      ...tested.claims.flatMap(failureOf),
      ...(tested.claims.length > 0 ? [summary(tested, rest, results.seconds)] : []),
      ...fewSeedsNote(tested.claims),
      ...(signal.aborted
        ? [
            "Interrupted. What is finished is kept, and no report is written: the same command goes on from there.",
          ]
        : []),
      ...(written.length > 0 ? [`Written: ${written.join(", ")}`] : []),
    ];
    process.stdout.write(`\n${lines.join("\n")}\n`);
  }
  for (const problem of problems) warn(problem);
  if (signal.aborted) return 130;
  return problems.length > 0 || tested.claims.some((report) => failureOf(report).length > 0) ? 1 : 0;
}

/** @throws UsageError where the folder cannot be made, or no file in it. */
function requireWritableOut(out: string): void {
  try {
    requireWritable(out);
  } catch (cause) {
    throw new UsageError(`${(cause as Error).message} Give another --out.`, { cause });
  }
}

/** Why clear effects are undecided, where seeds are few. */
function fewSeedsNote(claims: readonly ClaimReport[]): string[] {
  const few = claims.some(
    (report) =>
      "judgement" in report && report.judgement.verdict === "undecided" && report.seeds.length < leastSeeds,
  );
  return few ? ["Fewer than five seeds decide nothing but identities: try --size laptop, or --seeds 5."] : [];
}

/** @throws UsageError where the device is there by name and cannot compute. */
async function requireWorking(runtime: Runtime, device: string): Promise<void> {
  const model = sequential([layers.dense({ units: 1, inputShape: [1] })], { runtime });
  try {
    await model.predict([[1]]);
  } catch (cause) {
    throw new UsageError(`--device ${device} cannot be used here: ${(cause as Error).message}`, { cause });
  } finally {
    await model.dispose();
  }
}

/** What went wrong with a claim, in a line; none when nothing did. */
function failureOf(report: ClaimReport): string[] {
  const { id } = report.claim;
  if ("error" in report) return [`${id} failed: ${report.error}`];
  return report.figuresError === undefined ? [] : [`${id} has no figures: ${report.figuresError}`];
}

/**
 * Writes what came out: the results first, so that a report that cannot be made takes nothing with it.
 *
 * @returns the files, the one to look at first, and what could not be written.
 */
function write(
  { out, report }: TestClaimCommandOptions,
  results: ClaimResults,
  claims: readonly ClaimReport[],
): { written: string[]; problems: string[] } {
  const { begun, seconds, runs, command, device, machine } = results;
  const { evenkeel, cli, runtime, node } = results.versions;
  const [runtimeName, runtimeVersion] = runtime.split(" ") as [string, string];
  const versions = { evenkeel, "evenkeel-cli": cli, [runtimeName]: runtimeVersion, node };
  const content = { claims, machine, versions, begun, seconds, runs, command, device };
  const files: [name: string, write: (path: string) => void][] = [
    ["results.json", (path) => writeWhole(path, json(results))],
    ["data", (path) => writeDataFiles(path, dataFiles(content))],
    ["ledger.md", (path) => writeWhole(path, ledger(content))],
    ["report.html", (path) => writeWhole(path, reportPage(content))],
  ];
  const written: string[] = [];
  const problems: string[] = [];
  for (const [name, writeTo] of report ? files : files.slice(0, 1)) {
    const path = join(out, name);
    try {
      writeTo(path);
      written.unshift(path);
    } catch (error) {
      problems.push(`${path} was not written: ${(error as Error).message}`);
    }
  }
  return { written, problems };
}

function displayFor({ quiet, json: asJson }: TestClaimCommandOptions, overview: TestOverview): TestDisplay {
  if (quiet) return { observer: {}, say: (text) => console.error(text), stop() {} };
  if (process.stderr.isTTY && (process.stdout.isTTY || asJson)) return testBars(overview);
  return testLines(overview, asJson ? console.error : console.log);
}

/** How the claims came out, and what it took. */
function summary({ claims, done }: Tested, { kept, missing }: Remainder, seconds: number): string {
  const outcomes = enumerated(countsOf(claims).map(({ outcome, count }) => `${count} ${outcome}`));
  const runs =
    missing.length === 0
      ? `All ${counted(kept.size, "run")} were there already`
      : `${done} of ${counted(missing.length, "run")} done in ${duration(seconds)}${kept.size > 0 ? `, ${kept.size} were there already` : ""}`;
  return `${counted(claims.length, "claim")}: ${outcomes}. ${runs}.`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
