import { createRequire } from "node:module";
import { availableParallelism, cpus, platform, release, totalmem } from "node:os";
import { optimizerChoices, type Settings } from "../compare/settings.js";

/** What a comparison ran with: what `config.json` holds and the report's end says. */
export interface Configuration extends Provenance {
  /** When it began, ISO 8601. */
  begun: string;
  /** Repeats the comparison, with every option spelled out. */
  command: string;
  settings: Settings;
}

/** What something was computed by and on. */
export interface Provenance {
  versions: { evenkeel: string; cli: string; runtime: string; node: string };
  machine: { cpu: string; cores: number; memoryGiB: number; system: string };
}

/** Describes the comparison and the machine. @param runtime its name with version. */
export function configurationOf(settings: Settings, runtime: string, now = new Date()): Configuration {
  return {
    begun: now.toISOString(),
    command: commandOf(settings),
    settings,
    ...provenance(runtime),
  };
}

/** Describes the machine, and the versions of all that computes. @param runtime its name with version. */
export function provenance(runtime: string): Provenance {
  return {
    versions: {
      evenkeel: versionOf("evenkeel/package.json"),
      cli: cliVersion(),
      runtime,
      node: process.versions.node,
    },
    machine: {
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      cores: availableParallelism(),
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      system: `${platform()} ${release()}`,
    },
  };
}

/** This command's own version. */
export function cliVersion(): string {
  return versionOf("../../package.json");
}

/** The command that computes the same again. */
export function commandOf(settings: Settings): string {
  const { dataset, variants, optimizer, learningRates, seeds, epochs, batchSize, hidden } = settings;
  const options: [name: string, value: string | number | undefined][] = [
    ["dataset", dataset],
    ["variants", variants.join(",")],
    ["optimizer", optimizer],
    ["learning-rate", learningRates.join(",")],
    // A lone number would be read as how many.
    ["seeds", seeds.length === 1 ? `${seeds[0]},` : seeds.join(",")],
    ["epochs", epochs],
    ["batch-size", batchSize],
    ["width", hidden.join(",")],
    ["activation", settings.activation],
    ["target", settings.target],
    ["examples", settings.examples],
    ["device", settings.device === "cpu" ? undefined : settings.device],
    ["threads", settings.threads],
  ];
  const given = options.flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${value}`]));
  return ["npx evenkeel-cli compare", ...given].join(" ");
}

/** The command's full name of the optimiser, with what it sets. */
export function describeOptimizer({ optimizer }: Settings): string {
  const { options } = optimizerChoices[optimizer];
  const details = Object.entries(options).map(([name, value]) => `${name} ${value}`);
  return details.length > 0 ? `${optimizer} (${details.join(", ")})` : optimizer;
}

function versionOf(manifest: string): string {
  return (createRequire(import.meta.url)(manifest) as { version: string }).version;
}
