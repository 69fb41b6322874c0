// @ts-check
// Does memory stay flat? A hundred thousand steps by `fit` and by `trainOnBatch`, with the resident memory as it goes.
import { parseArgs } from "node:util";
import { createTraining } from "./peers/evenkeel-model.mjs";
import { runtimeOn } from "./peers/evenkeel-runtime.mjs";
import { table } from "./table.mjs";
import { workloads } from "./workloads.mjs";

const { values } = parseArgs({
  options: { steps: { type: "string", default: "100000" }, batch: { type: "string", default: "32" } },
});
const [steps, batch] = [Number(values.steps), Number(values.batch)];
const marks = 10;
const perMark = Math.ceil(steps / marks);
const { runtime } = await runtimeOn();
const work = /** @type {import("./workloads.mjs").Training} */ (workloads.find(({ id }) => id === "mlp-32"));

/** @type {Record<string, (count: number) => Promise<unknown>>} */
const ways = {
  fit: await byFit(),
  trainOnBatch: await byBatch(),
};

const rows = [];
for (const [name, take] of Object.entries(ways)) {
  await take(Math.min(1000, perMark)); // Programs are loaded, buffers have grown.
  const marksOfRun = [resident()];
  for (let mark = 1; mark <= marks; mark++) {
    await take(perMark);
    marksOfRun.push(resident());
    process.stderr.write(`${name}: ${mark * perMark} steps, ${marksOfRun.at(-1)} MiB\n`);
  }
  rows.push([name, ...marksOfRun.map(String)]);
}
const header = [
  "MiB resident after",
  "warm-up",
  ...Array.from({ length: marks }, (_, i) => `${(i + 1) * perMark}`),
];
console.log(table(header, rows));

async function byFit() {
  const { model, count, slice } = await createTraining(work, runtime);
  const { x, y } = slice(0, count);
  const stepsPerEpoch = Math.floor(count / batch);
  return (/** @type {number} */ taken) =>
    model.fit(x, y, { epochs: Math.ceil(taken / stepsPerEpoch), batchSize: batch, lastBatch: "drop" });
}

async function byBatch() {
  const { model, slice } = await createTraining(work, runtime);
  const first = slice(0, batch);
  return async (/** @type {number} */ count) => {
    for (let step = 0; step < count; step++) await model.trainOnBatch(first.x, first.y);
  };
}

function resident() {
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}
