// @ts-check
// Several ways to write the same mathematics, timed in turn within one run: why Evenkeel writes what it writes.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { nodeRuntime } from "../packages/evenkeel/dist/runtime/index.js";
import { fail } from "./command.mjs";
import { questions as augmentation } from "./formulations/augmentation.mjs";
import { questions as convolution } from "./formulations/convolution.mjs";
import { questions as elementwise } from "./formulations/elementwise.mjs";
import { questions as normalization } from "./formulations/normalization.mjs";
import { questions as pooling } from "./formulations/pooling.mjs";
import { questions as step } from "./formulations/step.mjs";
import { machine, progress } from "./measure.mjs";

const questions = [...convolution, ...normalization, ...elementwise, ...pooling, ...augmentation, ...step];

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    rounds: { type: "string", default: "9" },
    seconds: { type: "string", default: "0.1" },
    threads: { type: "string", default: "2" },
    markdown: { type: "string" },
    help: { type: "boolean", short: "h" },
  },
});
const ids = questions.map(({ id }) => id);
if (options.help) {
  console.log(`node bench/formulations.mjs [--only IDS] [--rounds 9] [--seconds 0.1] [--threads 2] [--markdown FILE]
IDS, or how they begin: ${ids.join(",")}`);
  process.exit();
}
const wanted = options.only?.split(",") ?? [""];
for (const each of wanted) {
  if (!ids.some((id) => id.startsWith(each))) fail(`--only: no "${each}"; there are ${ids.join(", ")}`);
}
const [rounds, seconds, threads] = [options.rounds, options.seconds, options.threads].map(Number);

const runtime = nodeRuntime({ threads });
const settings = { runtime, rounds, seconds, block: await runtime.channelBlock() };
const { load, processor } = machine();
const parts = [];
for (const { id, answer } of questions.filter(({ id }) => wanted.some((each) => id.startsWith(each)))) {
  progress(id);
  parts.push(await answer(settings));
  console.log(`${parts.at(-1)}\n`);
}
const layout =
  settings.block > 1
    ? `the layout has blocks of ${settings.block} channels here`
    : "there is no blocked layout for this processor";
parts.push(
  `The fastest one's time in each column, and how many times as long the others take: medians of ${rounds} rounds of ${seconds} s each, in brackets the range of the rounds; ${threads} threads. ${processor}, load ${load.toFixed(1)} before the run; ${layout}.`,
);
console.log(parts.at(-1));
if (options.markdown) {
  writeFileSync(options.markdown, `${parts.join("\n\n")}\n`);
  progress(`wrote ${options.markdown}`);
}
