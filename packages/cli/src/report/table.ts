import { escaped } from "evenkeel-experiments/report";
import { variants } from "../compare/variants.js";
import type { ArmResult } from "../results/arms.js";
import type { Results } from "../results/results.js";
import type { Spread } from "../results/statistics.js";
import { average, roundPercent, thousands } from "../results/wording.js";
import { swatch } from "./swatch.js";

/** The results as an HTML table. */
export function tableMarkup({ arms, settings }: Results): string {
  const severalRates = settings.learningRates.length > 1;
  const goal = roundPercent(settings.target);
  const heads = [
    "variant",
    ...(severalRates ? ["rate"] : []),
    ...Array.from({ length: settings.epochs }, (_, index) =>
      index === 0 ? "<small>test %, epoch</small>1" : String(index + 1),
    ),
    `epochs<small>to ${goal}</small>`,
    `seconds<small>to ${goal}</small>`,
    "seconds<small>an epoch</small>",
    "parameters<small>not trainable</small>",
  ];
  const rows = arms.map((arm) =>
    [
      ...(severalRates ? [String(arm.learningRate)] : []),
      ...arm.testAccuracy.map((accuracy) => spread(accuracy, (value) => (value * 100).toFixed(2))),
      ...raceCells(arm),
      spread(arm.secondsPerEpoch, (value) => value.toFixed(2)),
      `${thousands(arm.parameters.trainable)}<small>${thousands(arm.parameters.nonTrainable)}</small>`,
    ]
      .map((cell) => `<td>${cell}</td>`)
      .join(""),
  );
  const body = arms.map(
    (arm, index) =>
      `<tr><th scope="row">${swatch(arm.variant)}${escaped(variants[arm.variant].title)}${failureNote(arm)}</th>${rows[index]}</tr>`,
  );
  return `<div class="wide"><table>
<thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join("")}</tr></thead>
<tbody>
${body.join("\n")}
</tbody></table></div>`;
}

function raceCells({ target, finished, diverged }: ArmResult): string[] {
  const seeds = finished + diverged.length;
  if (target.reached === 0) return ["never", "–"];
  if (target.reached === seeds) {
    return [spread(target.epochs, average), spread(target.seconds, (value) => value.toFixed(2))];
  }
  const some = `<small>${target.reached} of ${seeds} seeds</small>`;
  return [average(target.epochs!.mean) + some, target.seconds!.mean.toFixed(2) + some];
}

function failureNote({ diverged, finished, learnedNothing }: ArmResult): string {
  const seeds = diverged.length + finished;
  const note = (what: string, count: number) =>
    count > 0 ? `<small>${what} with ${count} of ${seeds} seeds</small>` : "";
  return note("diverged", diverged.length) + note("learned nothing", learnedNothing);
}

function spread(value: Spread | undefined, format: (value: number) => string): string {
  if (!value) return "–";
  const deviation = value.deviation === 0 ? "0" : format(value.deviation);
  return value.n < 2 ? format(value.mean) : `${format(value.mean)}<small>± ${deviation}</small>`;
}
