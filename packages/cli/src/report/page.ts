import { escaped } from "evenkeel-experiments/report";
import type { RunRecord } from "../compare/records.js";
import { datasetTitles, type Settings } from "../compare/settings.js";
import { variants } from "../compare/variants.js";
import type { Results } from "../results/results.js";
import { capitalized, counted, enumerated, roundPercent } from "../results/wording.js";
import { type Configuration, describeOptimizer } from "../runs/configuration.js";
import { accuracyFigure, lossFigure } from "./curves.js";
import type { Figure, FigureData, Panel } from "./figure.js";
import { affineFigure, gradientFigure, modesFigure, preActivationFigure } from "./inside.js";
import { colorOf } from "./palette.js";
import { styleSheet } from "./style.js";
import { swatch } from "./swatch.js";
import { tableMarkup } from "./table.js";

/** What a report is made of. */
export interface ReportContent {
  results: Results;
  records: readonly RunRecord[];
  configuration: Configuration;
}

/** The report as one HTML page that needs nothing else. */
export function reportPage({ results, records, configuration }: ReportContent): string {
  const { settings } = results;
  const title = `Batch normalization on ${datasetTitles[settings.dataset]}`;
  let number = 0;
  const chapters = settings.learningRates.map((rate) => {
    const data = figureData(records, settings, rate);
    const heading = settings.learningRates.length > 1 ? `<h2>Learning rate ${rate}</h2>` : "";
    const figures = figuresOf(data).map((figure) => {
      number += 1;
      return figureMarkup(figure, number);
    });
    return [heading, ...figures].join("\n");
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${styleSheet}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p class="about">${escaped(aboutLine(results))}</p>
<ul class="findings">
${results.findings.map(({ topic, text }) => `<li><b>${escaped(capitalized(topic))}</b> <span>${escaped(text)}</span></li>`).join("\n")}
</ul>
<h2>Results</h2>
${tableMarkup(results)}
<p class="note">${escaped(tableNote(settings))}</p>
<h2>Figures</h2>
<ul class="legend">
${settings.variants.map((variant) => `<li>${swatch(variant)}${escaped(variants[variant].title)}</li>`).join("\n")}
</ul>
${chapters.join("\n")}
<h2>Settings</h2>
${settingsMarkup(configuration)}
<p>To repeat it:</p>
<pre>${escaped(configuration.command)}</pre>
</main>
</body>
</html>
`;
}

function figureData(records: readonly RunRecord[], settings: Settings, rate: number): FigureData {
  const runs = records.filter(
    ({ learningRate, outcome }) => learningRate === rate && outcome !== "interrupted",
  );
  const shown = settings.variants.filter((variant) => runs.some((run) => run.variant === variant));
  return {
    settings,
    variants: shown,
    runs,
    probed: runs.filter(({ probes }) => probes.length > 1),
    unprobed: shown.filter((variant) =>
      runs.some((run) => run.variant === variant && run.probes.length === 1),
    ),
  };
}

function figuresOf(data: FigureData): Figure[] {
  return [
    accuracyFigure(data),
    lossFigure(data),
    preActivationFigure(data),
    gradientFigure(data),
    affineFigure(data),
    modesFigure(data),
  ].filter((figure) => figure !== undefined);
}

function figureMarkup({ title, caption, rows }: Figure, number: number): string {
  const columns = Math.max(...rows.map((panels) => panels.length));
  const size = columns <= 3 ? "row large" : "row";
  const grids = rows.map(
    (panels) =>
      `<div class="${size}" style="grid-template-columns: repeat(${columns}, minmax(0, 1fr))">${panels.map(panelMarkup).join("")}</div>`,
  );
  return `<figure>
<figcaption><b>Figure ${number}. ${escaped(title)}.</b> ${escaped(caption)}</figcaption>
${grids.join("\n")}
</figure>`;
}

function panelMarkup({ title, variant, svg }: Panel): string {
  const color = variant ? ` style="color: ${colorOf(variant)}"` : "";
  return `<div class="panel"><h3${color}>${escaped(title)}</h3>${svg}</div>`;
}

function aboutLine({ settings, status, runs }: Results): string {
  const network = ["784", ...settings.hidden, "10"].join("–");
  const rates = `learning rate${settings.learningRates.length > 1 ? "s" : ""} ${enumerated(settings.learningRates.map(String))}`;
  const cut =
    status === "interrupted"
      ? ` Interrupted after ${counted(runs.filter(({ outcome }) => outcome !== "interrupted").length, "training")}; only those are shown.`
      : "";
  return `The network ${network} (${settings.activation}), trained ${counted(settings.epochs, "epoch")} with ${describeOptimizer(settings)} at ${rates} in batches of ${settings.batchSize}, ${counted(settings.seeds.length, "seed")} for each variant; initial weights, order of the data and optimiser are the same for all.${cut}`;
}

function tableNote({ seeds, target, learningRates }: Settings): string {
  const spread =
    seeds.length > 1 ? `Means over ${seeds.length} seeds, ± one standard deviation between them. ` : "";
  const oneRate =
    learningRates.length === 1
      ? " One learning rate for all does not suit all alike: --learning-rate 0.03,0.1,0.3 trains every variant at each, and compares them at their best."
      : "";
  return `${spread}Seconds count training alone, without evaluation and measurements; the target is the first epoch with ${roundPercent(target)} on the test set.${oneRate}`;
}

function settingsMarkup({ settings, versions, machine, begun }: Configuration): string {
  const entries: [string, string][] = [
    [
      "data set",
      `${datasetTitles[settings.dataset]}${settings.examples ? `, first ${settings.examples} training examples` : ""}`,
    ],
    ["hidden layers", settings.hidden.join(", ")],
    ["activation", settings.activation],
    ["optimizer", describeOptimizer(settings)],
    ["learning rates", settings.learningRates.join(", ")],
    ["batch size", String(settings.batchSize)],
    ["epochs", String(settings.epochs)],
    ["seeds", settings.seeds.join(", ")],
    ["batch norm", "momentum 0.99, epsilon 0.001 (Keras's defaults)"],
    ["device", `${settings.device}${settings.threads ? `, ${counted(settings.threads, "thread")}` : ""}`],
    [
      "machine",
      `${machine.cpu}, ${counted(machine.cores, "core")}, ${machine.memoryGiB} GiB, ${machine.system}`,
    ],
    ["versions", `evenkeel ${versions.evenkeel}, ${versions.runtime}, Node ${versions.node}`],
    ["begun", begun],
  ];
  return `<dl class="settings">${entries.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join("")}</dl>`;
}
