import { Argument, Command, CommanderError, Option } from "commander";
import { defaults } from "./compare/options.js";
import { datasetTargets, optimizerChoices } from "./compare/settings.js";
import { variantNames } from "./compare/variants.js";
import { titles } from "./data/titles.js";
import { enumerated } from "./results/wording.js";
import { cliVersion } from "./runs/configuration.js";
import { UsageError } from "./usage-error.js";

const defaultRates = Object.fromEntries(
  Object.entries(optimizerChoices).map(([name, { learningRate }]) => [name, learningRate]),
);

const program = new Command("evenkeel")
  .description(
    "Trains networks with and without batch normalization, shows what it changes, and tests what is claimed of it.",
  )
  .version(cliVersion())
  .showHelpAfterError("(npx evenkeel-cli compare --help lists the options)")
  // Mistakes that commander finds look and end like those that the options' checks find.
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "evenkeel: ")) })
  .exitOverride()
  .helpCommand(false);

program
  .command("compare")
  .description(
    "Train one network with and without batch normalization, side by side, and write what changed to runs/.",
  )
  .option("--dataset <name>", Object.keys(datasetTargets).join(" or "), defaults.dataset)
  .option("--variants <list>", `which of ${variantNames.join(", ")}`, defaults.variants)
  .option("--epochs <n>", "passes over the training set", defaults.epochs)
  .option("--batch-size <n>", "examples in a step", defaults.batchSize)
  .option(
    "--learning-rate <list>",
    `one or several with commas: every variant at each (default: ${named(defaultRates)})`,
  )
  .option("--optimizer <name>", Object.keys(optimizerChoices).join(", "), defaults.optimizer)
  .option("--seeds <n>", "how many, or the seeds themselves with commas", defaults.seeds)
  .option("--width <list>", "units of the hidden layers", defaults.width)
  .option("--depth <n>", "how many times those layers are repeated", defaults.depth)
  .option("--activation <name>", "of the hidden layers", defaults.activation)
  .option("--target <share>", `the test accuracy to race to (default: ${named(datasetTargets)})`)
  .option("--examples <n>", "train on the first n examples only")
  .option("--name <name>", "the run's folder (default: date, time and data set)")
  .option("--out <folder>", "where run folders are made", "runs")
  .option("--force", "replace a run of the same name")
  .option("--device <name>", "ONNX Runtime execution provider", defaults.device)
  .option("--threads <n>", "threads inside one operation (default: one for each core)")
  .option("--json", "print the results as one JSON document; progress goes to stderr")
  .option("--quiet", "show no progress")
  .addOption(new Option("--no-report", "write no report.html"))
  .action(async (options) => {
    // ONNX Runtime takes a while to load: --help and mistakes in options do not wait for it.
    const { compareCommand } = await import("./command.js");
    process.exitCode = await compareCommand(options);
  });

const data = program
  .command("data")
  .description("Fetch data sets, and show which are there.")
  .showHelpAfterError("(npx evenkeel-cli data --help lists the commands)")
  .helpCommand(false);

data
  .command("fetch")
  .description(
    "Download a data set from its official source, check its hash, and put it where it is looked for. Goes on from an interrupted download.",
  )
  .showHelpAfterError("(npx evenkeel-cli data fetch --help lists the options)")
  .addArgument(new Argument("<dataset>", "which one").choices(Object.keys(titles)))
  .option("--folder <folder>", "where to put it (default: where it is looked for first)")
  .option("--from <place>", "address or folder that has the files under their official names, or the archive")
  .option("--force", "fetch it again though it is complete")
  .action(async (name, options) => {
    const { fetchCommand } = await import("./data/fetch.js");
    process.exitCode = await fetchCommand(name, options);
  });

data
  .command("list")
  .description(
    "Show where each data set is looked for, and what is there. The arrow marks the copy that is read.",
  )
  .action(async () => {
    const { listCommand } = await import("./data/list.js");
    listCommand();
  });

program
  .command("claims")
  .description("List the claims about batch normalization that can be tested, with their sources.")
  .showHelpAfterError("(npx evenkeel-cli claims --help says more)")
  .argument("[claims...]", "ids (IS15-8) and works (IS15); default all")
  .option("--json", "print them as one JSON document")
  .action(async (names, options) => {
    const { claimsCommand } = await import("./claims/list.js");
    claimsCommand(names, options);
  });

program
  .command("test-claim")
  .description(
    "Test claims about batch normalization, and write a report and a ledger with the verdicts. Finished runs are kept: the same command goes on after an interruption.",
  )
  .showHelpAfterError("(npx evenkeel-cli test-claim --help lists the options)")
  .argument("<claims...>", "ids (IS15-8), works (IS15), or all")
  .option(
    "--size <size>",
    "smoke, laptop (minutes for a claim) or paper (as published, for a GPU or patience)",
    "laptop",
  )
  .option("--seeds <n>", "how many, or the seeds themselves with commas (default: each claim's own)")
  .option(
    "--jobs <n>",
    "runs at once, each in a process of its own (default: one for each core, 1 on other devices than the CPU)",
  )
  .option("--device <name>", "ONNX Runtime execution provider", defaults.device)
  .option("--dry-run", "say what would be run and about how long it takes, and do nothing")
  .option("--out <folder>", "where finished runs are kept and the report is written", "runs/claims")
  .option("--json", "print the results as one JSON document; progress goes to stderr")
  .option("--quiet", "show no progress")
  .addOption(new Option("--no-report", "write no report.html, no ledger.md and no data"))
  .action(async (names, options) => {
    const { testClaimCommand } = await import("./claims/test-claim.js");
    process.exitCode = await testClaimCommand(names, options);
  });

/** Numbers with the names they are for: `0.1 for sgd, 0.02 for momentum and nesterov`. */
function named(numbers: Record<string, number>): string {
  const names = (number: number) => Object.keys(numbers).filter((name) => numbers[name] === number);
  return [...new Set(Object.values(numbers))]
    .map((number) => `${number} for ${enumerated(names(number))}`)
    .join(", ");
}

// Whoever reads the output may close it early (`| head`): the comparison goes on and its folder becomes whole.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  // Commander has already printed what it has to say; its 0 is --help's and --version's.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    console.error(error instanceof Error ? `evenkeel: ${error.message}` : error);
    if (process.env.EVENKEEL_DEBUG && error instanceof Error) console.error(error.stack);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
