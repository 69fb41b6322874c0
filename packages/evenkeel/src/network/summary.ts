import { formatShape, sizeOf } from "../tensor/tensor.js";
import { type Network, type NetworkWeight, parameterCount } from "./network.js";

/** One line of a summary. */
export interface SummaryRow {
  /** Its name. */
  layer: string;
  /** Its kind, for example `dense`. */
  type: string;
  /** With `batch` for the open dimension. */
  outputShape: string;
  parameters: number;
  trainable: number;
}

/** A model's layers and its parameters in all; running statistics count as parameters that are not trainable. */
export interface Summary {
  rows: SummaryRow[];
  parameters: number;
  trainable: number;
  nonTrainable: number;
}

/** Layers, shapes and parameters, counted as Keras does: running statistics are parameters that are not trainable. */
export function summarize(network: Network): Summary {
  const inputLayers = network.layers.filter(({ type }) => type === "inputLayer");
  const uses = [...inputLayers.map((layer) => ({ name: layer.name, layer })), ...network.applications];
  const rows = uses.map(({ name, layer }) => {
    // A shared layer's weights are counted at its first use.
    const own = network.weights.filter((weight) => weight.layer === layer && name === layer.name);
    return {
      layer: name,
      type: layer.type,
      outputShape: formatShape(network.shapes.get(name)!),
      parameters: parameterCount(own),
      trainable: trainableCount(network, own),
    };
  });
  const parameters = parameterCount(network.weights);
  const trainable = trainableCount(network, network.weights);
  return { rows, parameters, trainable, nonTrainable: parameters - trainable };
}

/** The summary as a table in plain text. */
export function formatSummary({ rows, parameters, trainable, nonTrainable }: Summary): string {
  const count = (value: number) => value.toLocaleString("en");
  const head = ["Layer", "Type", "Output shape", "Parameters", "Trainable"];
  const body = rows.map((row) => [
    row.layer,
    row.type,
    row.outputShape,
    count(row.parameters),
    count(row.trainable),
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...body.map((row) => row[column]!.length)),
  );
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => (column < 3 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("──");
  return [
    line(head),
    rule,
    ...body.map(line),
    rule,
    `Parameters: ${count(parameters)}, of them ${count(trainable)} trainable and ${count(nonTrainable)} not.`,
  ].join("\n");
}

function trainableCount(network: Network, weights: readonly NetworkWeight[]): number {
  return weights
    .filter((weight) => network.isTrainable(weight))
    .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
