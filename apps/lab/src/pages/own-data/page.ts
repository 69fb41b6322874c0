import type { Page } from "../../frame/page.ts";
import { fields, type Settings } from "./settings.ts";

export type { Settings };

export const page: Page<Settings> = {
  path: "own-data",
  title: "Your own data",
  summary:
    "A CSV file of yours, or one of three samples, learned by two networks, without and with batch normalization. Nothing of it leaves this browser, and the networks are yours to keep as ONNX.",
  fields,
  presets: [
    {
      name: "Penguins, scaled",
      settings: {},
      look: "Both networks tell the three species apart: features of a like size and a shallow network leave batch norm little to do.",
    },
    {
      name: "Raw features",
      settings: { scaled: false },
      look: "Grams beside millimetres: the plain network never gets beyond the most frequent species. Batch norm in the hidden layers helps only halfway, since what it normalises is ruled by the grams already.",
      fails: true,
    },
    {
      name: "Raw features, batch norm first",
      settings: { scaled: false, placement: "input" },
      look: "The same raw features, with batch norm as the very first layer of the one network: it learns their scales by itself, and the result is that of scaled features.",
    },
    {
      name: "Eight sigmoid layers",
      settings: { data: "wine", depth: 8, activation: "sigmoid" },
      look: "Through eight sigmoids hardly any gradient comes back to the first layers: the plain network predicts nothing but the class shares. Batch norm before each sigmoid lets it learn.",
    },
    {
      name: "A number to predict",
      settings: { data: "phones-and-cash", learningRate: 0.01 },
      look: "The noise in the spending is 5, so no error below 5 can be had. Batch norm gains nothing here, and its noise costs a little.",
    },
    {
      name: "Raw numbers diverge",
      settings: { data: "phones-and-cash", learningRate: 0.01, scaled: false, placement: "input" },
      look: "Cash in hundreds: within a few steps the plain network’s loss is infinite. With batch norm as its first layer the other network learns as from scaled features.",
      fails: true,
    },
    {
      name: "Learning rate 10",
      settings: { learningRate: 10 },
      look: "Far too large for both: one diverges. Batch norm keeps the other finite, but it swings from epoch to epoch and learns little.",
      fails: true,
    },
    {
      name: "Batches of two",
      settings: { data: "phones-and-cash", batchSize: 2 },
      look: "The mean and variance of two examples are hardly those of the data: here batch norm does the harm, and the plain network is fine.",
      fails: true,
    },
  ],
  load: () => import("./Content.svelte"),
};
