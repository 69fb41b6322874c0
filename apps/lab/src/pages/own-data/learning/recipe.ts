import type { Outcome } from "./outcome.ts";

/** What a program must know to use a downloaded network: JSON that lies beside it. */
export interface Recipe {
  /** The file that was learned from. */
  data: string;
  target: string;
  /** What each number of `output` says: the probability of a class, or the target itself. */
  output: { name: "output"; classes: readonly string[] } | { name: "output"; value: string };
  /** What `input` `[examples, inputs]`, float32, takes: a column's value as it is, or 1 for a category and 0 for the others. */
  input: { name: "input"; columns: readonly ({ column: string } | { column: string; is: string })[] };
  /** How the networks were trained. */
  training: Outcome["settings"];
}

export function recipeOf({ plan, inputs, classes, settings }: Outcome, data: string): Recipe {
  return {
    data,
    target: plan.target,
    output: classes ? { name: "output", classes } : { name: "output", value: plan.target },
    input: {
      name: "input",
      columns: inputs.map(({ column, category }) =>
        category === undefined ? { column } : { column, is: category },
      ),
    },
    training: settings,
  };
}

/** File names of what can be downloaded, after the file that was learned from. */
export function downloadNames(file: string): { plain: string; normalized: string; recipe: string } {
  const stem =
    file
      .replace(/\.[^.]*$/, "")
      .replace(/[^\p{L}\p{N}]+/gu, "-")
      .slice(0, 60)
      .replace(/^-+|-+$/g, "")
      .replace(/\p{Cs}/gu, "") || "table";
  return {
    plain: `${stem}-without-batch-norm.onnx`,
    normalized: `${stem}-with-batch-norm.onnx`,
    recipe: `${stem}.json`,
  };
}

/** A program for Node that runs a downloaded network on one example. All names in it are quoted: they may hold anything. */
export function nodeProgram(
  { classes, plan }: Outcome,
  { model, recipe, values }: { model: string; recipe: string; values: readonly number[] },
): string {
  const answer = classes
    ? `recipe.output.classes.forEach((name, index) => console.log(name, output.data[index]));`
    : `console.log(recipe.target, output.data[0]);`;
  return `// npm install onnxruntime-node
import { readFile } from "node:fs/promises";
import { InferenceSession, Tensor } from "onnxruntime-node";

const recipe = JSON.parse(await readFile(${quoted(recipe)}, "utf8"));
const session = await InferenceSession.create(${quoted(model)});

// One number for each of recipe.input.columns.
const values = Float32Array.of(${values.map(String).join(", ")});
const input = new Tensor("float32", values, [1, values.length]);
const { output } = await session.run({ input });
${answer} // ${plan.task === "class" ? "probabilities" : "in its own units"}
`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
