import { readFile } from "node:fs/promises";
import { nodeRuntime } from "evenkeel";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { readSettings } from "../../address/address.ts";
import type { Standing } from "./learning/contest.ts";
import { page } from "./page.ts";
import { planned } from "./plan.ts";
import { serve } from "./service.ts";
import { fields, type Settings, trainingSettings } from "./settings.ts";

const examples = new URL("../../../public/data/examples/", import.meta.url);
const defaults = readSettings(fields, new URLSearchParams()).settings;

function service() {
  return serve({ runtime: nodeRuntime({ threads: 1 }) });
}

/** Opens a table and trains, as the page does. */
async function trained(
  text: string,
  choice: Partial<Settings> = {},
  onReport: (standings: Standing[]) => void = () => {},
) {
  const served = service();
  const settings = { ...defaults, ...choice };
  const table = (await served.open(new Blob([text]), "table.csv", settings.header, () => {}))!;
  const { plan } = planned(settings, table);
  return { served, outcome: await served.train(plan!, trainingSettings(settings), onReport) };
}

async function trainedPreset(choice: Partial<Settings>) {
  const text = await readFile(new URL(`${choice.data ?? defaults.data}.csv`, examples), "utf8");
  const { outcome } = await trained(text, choice);
  const [plain, normalized] = outcome.networks;
  return { baseline: outcome.baseline, plain: plain!, normalized: normalized! };
}

/** Rows of two features, of which the first decides about the class, and a category. */
function rowsOf(count: number): string {
  const rows = Array.from({ length: count }, (_, row) => {
    const size = (row * 7) % 10;
    return `${size},${(row * 3) % 5},${row % 2 ? "red" : "blue"},${size > 4 ? "large" : "small"}`;
  });
  return `size,other,color,class\n${rows.join("\n")}\n`;
}

describe("a training", () => {
  it("learns classes, and its ONNX files give the predictions that were shown, from raw features", async () => {
    const reports: Standing[][] = [];
    const { served, outcome } = await trained(rowsOf(100), { seed: 3 }, (standings) =>
      reports.push(standings),
    );
    expect(outcome).toMatchObject({
      rows: { training: 80, validation: 20, dropped: 0 },
      classes: ["large", "small"],
      inputs: [
        { column: "size" },
        { column: "other" },
        { column: "color", category: "blue" },
        { column: "color", category: "red" },
      ],
    });
    for (const { validation, epochs, end } of outcome.networks) {
      expect(validation!.score).toBeGreaterThan(0.9);
      expect({ epochs, end }).toEqual({ epochs: 50, end: { how: "finished", reason: undefined } });
    }
    expect(outcome.baseline.score).toBeCloseTo(0.5);
    expect(reports.at(-1)!.map(({ epochs }) => epochs.length)).toEqual([50, 50]);
    const progress = reports.map((standings) => standings.map((standing) => standing.progress));
    expect(progress).toEqual(progress.toSorted((a, b) => a[0]! + a[1]! - b[0]! - b[1]!));
    expect(progress.at(-1)).toEqual([1, 1]);

    expect(outcome.predictions).toHaveLength(20);
    for (const network of [0, 1]) {
      const session = await InferenceSession.create(await served.onnx(network));
      for (const { inputs, outputs } of outcome.predictions) {
        const given = await session.run({ input: new Tensor("float32", Float32Array.from(inputs), [1, 4]) });
        expect([...(given.output!.data as Float32Array)]).toEqual(
          outputs[network]!.map((value) => expect.closeTo(value, 5)),
        );
      }
    }
    const [first] = outcome.predictions;
    expect(await served.answers(first!.inputs)).toEqual(
      first!.outputs.map((output) => output!.map((value) => expect.closeTo(value, 5))),
    );
  });

  it("learns a number, whose predictions and errors are in its own units", async () => {
    const rows = Array.from({ length: 200 }, (_, row) => `${row % 20},${1000 + 50 * (row % 20)}`);
    const { served, outcome } = await trained(`x,price\n${rows.join("\n")}\n`, {
      learningRate: 0.03,
      width: 16,
    });
    const [plain] = outcome.networks;
    expect(outcome.baseline.predicted).toBeCloseTo(1475, -2);
    expect(outcome.baseline.score).toBeCloseTo(288, -2);
    expect(plain!.validation!.score).toBeLessThan(20);
    const session = await InferenceSession.create(await served.onnx(0));
    const { output } = await session.run({ input: new Tensor("float32", Float32Array.of(3), [1, 1]) });
    expect(Math.abs(Number(output!.data[0]) - 1150)).toBeLessThan(40);
  });

  it("of the same settings gives the same again", async () => {
    const curves = [];
    for (let time = 0; time < 2; time++) {
      let last: Standing[] = [];
      await trained(rowsOf(60), { epochs: 5 }, (standings) => {
        last = standings;
      });
      curves.push(last);
    }
    expect(curves[0]).toEqual(curves[1]);
  });

  it("leaves out rows without a value, and keeps the classes' shares on both sides", async () => {
    const { outcome } = await trained(rowsOf(100).replaceAll("\n3,", "\n,"));
    expect(outcome.rows).toEqual({ training: 72, validation: 18, dropped: 10 });
    const { outcome: rare } = await trained(
      `x,class\n${Array.from({ length: 100 }, (_, row) => `${row / 7},${row % 10 ? "a" : "b"}`).join("\n")}`,
      { epochs: 1 },
    );
    expect(rare.predictions.filter(({ truth }) => truth === "b")).toHaveLength(2);
    expect(rare.baseline).toMatchObject({ predicted: "a", score: 0.9 });
  });

  it("works with ten rows, and says why not with four", async () => {
    const { outcome } = await trained(rowsOf(10), { batchSize: 256 });
    expect(outcome.rows).toEqual({ training: 8, validation: 2, dropped: 0 });
    expect(outcome.networks.map(({ end }) => end.how)).toEqual(["finished", "finished"]);
    await expect(trained(rowsOf(4))).rejects.toThrow("The table has 4 rows; at least 5 are needed.");
    const gaps = rowsOf(10).replace(/\n[0-6],/g, "\n,");
    await expect(trained(gaps, { without: [] })).rejects.toThrow(
      /Of 10 rows 3 have a value in each of the chosen/,
    );
  });

  it("takes the batch of one example that is left over", async () => {
    const { outcome } = await trained(rowsOf(21), { batchSize: 16, epochs: 3 });
    expect(outcome.rows.training).toBe(17);
    expect(outcome.networks.map(({ end }) => end.how)).toEqual(["finished", "finished"]);
  });

  it("goes on with one network when the other cannot be trained so", async () => {
    const { outcome, served } = await trained(rowsOf(20), { batchSize: 1, epochs: 2 });
    const [plain, normalized] = outcome.networks;
    expect(plain!.end.how).toBe("finished");
    expect(normalized).toMatchObject({ end: { how: "refused" }, validation: undefined });
    expect(normalized!.end.reason).toMatch(/a batch of one example/);
    expect(outcome.predictions[0]!.outputs[1]).toBeUndefined();
    await expect(served.onnx(1)).rejects.toThrow(/could not be trained/);
  });

  it("has one class only: there is nothing to tell apart", async () => {
    const text = rowsOf(20)
      .replaceAll(",large", ",")
      .replace(/,small\n$/, ",large\n");
    await expect(trained(text)).resolves.toBeDefined();
    const one = `x,y,class\n${Array.from({ length: 20 }, (_, row) => `${row % 2 ? "" : row * 0.3},${row},${row % 2 ? "a" : "b"}`).join("\n")}`;
    await expect(trained(one)).rejects.toThrow(/same class, so there is nothing to tell apart/);
  });

  it("can be stopped, and is then what it has come to", async () => {
    const served = service();
    const table = (await served.open(new Blob([rowsOf(500)]), "table.csv", "auto", () => {}))!;
    const { plan } = planned(defaults, table);
    const settings = { ...trainingSettings(defaults), epochs: 300, width: 128, batchSize: 4 };
    let stopping: Promise<void> | undefined;
    const outcome = await served.train(plan!, settings, () => {
      stopping ??= served.stop();
    });
    await stopping;
    expect(outcome.networks[0]!.end.how).toBe("stopped");
    expect(outcome.networks[0]!.epochs).toBeLessThan(300);
    expect(outcome.predictions).toHaveLength(20);
  });

  it("is of the table that was opened last", async () => {
    const served = service();
    const slow = served.open(new Blob([rowsOf(5000)]), "first.csv", "auto", () => {});
    const table = await served.open(new Blob(["a,b\n1,2\n3,5\n"]), "second.csv", "auto", () => {});
    expect(await slow).toBeUndefined();
    expect(table!.name).toBe("second.csv");
    await expect(served.answers([1])).rejects.toThrow(/no trained networks/);
  });
});

describe("the preset", () => {
  const presets = new Map(page.presets.map(({ name, settings }) => [name, settings]));
  const run = (name: string) => trainedPreset(presets.get(name)!);

  it("Penguins, scaled: both learn", async () => {
    const { plain, normalized } = await run("Penguins, scaled");
    expect(plain.validation!.score).toBeGreaterThan(0.93);
    expect(normalized.validation!.score).toBeGreaterThan(0.93);
  });

  it("Raw features: without batch norm nothing is learned, with it half", async () => {
    const { plain, normalized, baseline } = await run("Raw features");
    expect(plain.validation!.score).toBeLessThan(baseline.score + 0.03);
    expect(normalized.validation!.score).toBeGreaterThan(baseline.score + 0.1);
    expect(normalized.validation!.score).toBeLessThan(0.9);
  });

  it("Raw features, batch norm first: it scales them", async () => {
    const { plain, normalized, baseline } = await run("Raw features, batch norm first");
    expect(plain.validation!.score).toBeLessThan(baseline.score + 0.03);
    expect(normalized.validation!.score).toBeGreaterThan(0.93);
  });

  it("Eight sigmoid layers: only batch norm learns", async () => {
    const { plain, normalized, baseline } = await run("Eight sigmoid layers");
    expect(plain.validation!.score).toBeLessThan(baseline.score + 0.03);
    expect(normalized.validation!.score).toBeGreaterThan(0.9);
  });

  it("A number to predict: both come near the noise", async () => {
    const { plain, normalized, baseline } = await run("A number to predict");
    expect(baseline.score).toBeGreaterThan(100);
    expect(plain.validation!.score).toBeLessThan(8);
    expect(normalized.validation!.score).toBeLessThan(9);
    expect(normalized.validation!.score).toBeGreaterThan(plain.validation!.score);
  });

  it("Raw numbers diverge: but not behind batch norm", async () => {
    const { plain, normalized } = await run("Raw numbers diverge");
    expect(plain.end).toEqual({ how: "diverged", reason: expect.stringMatching(/^In step \d+: /) });
    expect(normalized.validation!.score).toBeLessThan(9);
  });

  it("Learning rate 10: one diverges, the other learns little", async () => {
    const { plain, normalized } = await run("Learning rate 10");
    expect(plain.end.how).toBe("diverged");
    expect(plain.validation).toBeUndefined();
    expect(normalized.end.how).toBe("finished");
    expect(normalized.validation!.score).toBeLessThan(0.75);
  });

  it("Batches of two: batch norm harms", async () => {
    const { plain, normalized } = await run("Batches of two");
    expect(plain.validation!.score).toBeLessThan(10);
    expect(normalized.validation!.score).toBeGreaterThan(3 * plain.validation!.score);
  });
});
