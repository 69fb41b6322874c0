// @ts-check
// How long a training takes to begin: the argument is the work as JSON, the output
// {"build": ms, "firstStep": ms, "total": ms}.
import { createTraining } from "../peers/evenkeel-model.mjs";
import { runtimeOn } from "../peers/evenkeel-runtime.mjs";

/** @type {import("../workloads.mjs").Training} */
const work = JSON.parse(process.argv[2]);
const { runtime } = await runtimeOn();
const begin = performance.now();
const { model, slice } = await createTraining(work, runtime);
const { x, y } = slice(0, work.batch);
const compiled = performance.now();
let built = Number.NaN;
await model.fit(x, y, {
  batchSize: work.batch,
  callbacks: [
    {
      onTrainBegin() {
        built = performance.now();
      },
    },
  ],
  onWarning: () => {},
});
const end = performance.now();
console.log(JSON.stringify({ build: built - compiled, firstStep: end - built, total: end - begin }));
