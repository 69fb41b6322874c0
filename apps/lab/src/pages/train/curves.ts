import type { Shown } from "./plots/shown.ts";

const head = [
  "network",
  "step",
  "seconds",
  "training loss",
  "training accuracy",
  "test loss",
  "test accuracy",
  "test loss in training mode",
  "test accuracy in training mode",
  "name",
];

/**
 * The curves of all networks as CSV, a line for each step, and one for each look at test images. Of long trainings,
 * several steps are one line: the last one's number, and means.
 */
export function csvOf(networks: readonly Shown[]): string {
  const lines = networks.flatMap(({ letter, name, history }) => {
    const steps = history.trace.points.map(({ step, seconds, loss, accuracy }) => {
      return [letter, step, seconds, loss, accuracy, "", "", "", "", name];
    });
    const looks = history.looks.map(({ step, seconds, test, modes }) => {
      const { loss = "", accuracy = "" } = modes?.training ?? {};
      return [letter, step, seconds, "", "", test.loss, test.accuracy, loss, accuracy, name];
    });
    return [...steps, ...looks].sort((a, b) => Number(a[1]) - Number(b[1]));
  });
  return [head, ...lines].map((line) => line.map(cell).join(",")).join("\n");
}

function cell(value: string | number): string {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
