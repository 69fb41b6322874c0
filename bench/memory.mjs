// @ts-check
// Does memory stay flat? A hundred thousand steps by `fit` and by `trainOnBatch`, with the resident memory as it goes.
import { parseArgs } from "node:util";
import { createModel, examples } from "./peers/evenkeel-model.mjs";
import { table } from "./table.mjs";

const { values } = parseArgs({
  options: { steps: { type: "string", default: "100000" }, batch: { type: "string", default: "32" } },
});
const [steps, batch] = [Number(values.steps), Number(values.batch)];
const marks = 10;
const perMark = Math.ceil(steps / marks);
const { x, y } = examples(0, 16384);
const stepsPerEpoch = Math.floor(16384 / batch);
const first = examples(0, batch);

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
  const model = await createModel();
  return (/** @type {number} */ count) =>
    model.fit(x, y, { epochs: Math.ceil(count / stepsPerEpoch), batchSize: batch, lastBatch: "drop" });
}

async function byBatch() {
  const model = await createModel();
  return async (/** @type {number} */ count) => {
    for (let step = 0; step < count; step++) await model.trainOnBatch(first.x, first.y);
  };
}

function resident() {
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}
