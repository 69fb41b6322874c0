import { type Claim, requireClaims, type Size, sizes } from "evenkeel-experiments";
import { defaultJobs } from "evenkeel-experiments/pool";
import { oneOf, seedsFrom, whole } from "../options/values.js";
import { UsageError } from "../usage-error.js";

/** The options of `test-claim` that decide what is computed, as they were typed. */
export interface TestClaimOptions {
  size: string;
  seeds?: string;
  jobs?: string;
  device: string;
}

/** What is to be tested, and how. */
export interface TestSettings {
  claims: readonly Claim[];
  size: Size;
  /** Undefined: each claim's own. */
  seeds?: readonly number[];
  /** Runs at once. */
  jobs: number;
  /** ONNX Runtime's execution provider. */
  device: string;
}

/** Checks the options. @throws UsageError naming what is wrong with them. */
export function testSettingsFrom(names: readonly string[], options: TestClaimOptions): TestSettings {
  return {
    claims: claimsOf(names),
    size: oneOf("--size", options.size, sizes),
    ...(options.seeds !== undefined && { seeds: seedsFrom(options.seeds) }),
    jobs: options.jobs === undefined ? usualJobs(options) : whole("--jobs", options.jobs, 1, 1024),
    device: options.device,
  };
}

/** Runs at once unless told: one for each core, and one on a device that all of them would share. */
function usualJobs({ device }: Pick<TestSettings, "device">): number {
  return device === "cpu" ? defaultJobs : 1;
}

/** The claims that are meant. @throws UsageError for a name that is no claim's and no work's. */
export function claimsOf(names: readonly string[]): Claim[] {
  try {
    return requireClaims(names);
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

/** The command that tests the same again. */
export function commandOf(names: readonly string[], settings: TestSettings): string {
  const { size, seeds, jobs, device } = settings;
  return [
    `npx evenkeel-cli test-claim ${names.join(" ")} --size ${size}`,
    // A lone number would be read as how many.
    ...(seeds ? [`--seeds ${seeds.length === 1 ? `${seeds[0]},` : seeds.join(",")}`] : []),
    ...(jobs === usualJobs(settings) ? [] : [`--jobs ${jobs}`]),
    ...(device === "cpu" ? [] : [`--device ${device}`]),
  ].join(" ");
}
