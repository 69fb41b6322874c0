// @ts-check
// A table of one's own: two features of very different size, scaled once by a step that can be undone, and once
// by batch normalization as the first layer.
import { layers, parseCsv, randomStream, sequential, split, standardizer } from "evenkeel";

const random = randomStream(7, "phones and cash");
const lines = Array.from({ length: 2000 }, () => {
  const phones = 2 + random.integer(23);
  const cash = random.integer(1001);
  const spending = 12 * phones + 0.3 * cash + random.normal(0, 5);
  return `${phones},${cash},${spending.toFixed(2)}`;
});
const table = parseCsv(["phones,cash,spending", ...lines].join("\n"), { target: "spending" });
const [train, test] = split(table, { fraction: 0.8, seed: 1 });

const targets = standardizer(train.y);
const features = standardizer(train.x);

/** @param {boolean} normalized whether batch normalization takes the raw features. */
async function train50(normalized) {
  const model = sequential([
    layers.inputLayer({ inputShape: [2] }),
    ...(normalized ? [layers.batchNormalization()] : []),
    layers.dense({ units: 16, activation: "relu" }),
    layers.dense({ units: 1 }),
  ]);
  model.compile({ optimizer: "adam", loss: "meanSquaredError" });
  const x = normalized ? train.x : features.transform(train.x);
  await model.fit(x, targets.transform(train.y), { epochs: 50 });
  const predicted = await model.predict(normalized ? test.x : features.transform(test.x));
  const inUnits = targets.inverse(predicted);
  const errors = Array.from(inUnits.data, (value, index) => Math.abs(value - Number(test.y.data[index])));
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

console.log(`mean error, features standardised by hand:    ${(await train50(false)).toFixed(2)}`);
console.log(`mean error, batch normalization as first layer: ${(await train50(true)).toFixed(2)}`);
