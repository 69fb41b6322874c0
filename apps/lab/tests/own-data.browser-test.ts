import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { InferenceSession, Tensor } from "onnxruntime-node";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { expectAccessible, expectNoSidewaysScroll, openLab } from "./lab.ts";

const lab = openLab();

/** Downloads lie where a program among them finds onnxruntime-node. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(fileURLToPath(new URL("../../../node_modules/.downloads-", import.meta.url)));
});
afterAll(() => rm(folder, { recursive: true }));

const csv = {
  name: "my flowers; 2nd.csv",
  mimeType: "text/csv",
  buffer: Buffer.from(
    `petal;color;kind\n${Array.from({ length: 120 }, (_, row) => {
      const petal = ((row * 37) % 100) / 10;
      return `${String(petal).replace(".", ",")};${row % 3 ? "red" : "blue"};${petal > 5 ? "large" : "small"}`;
    }).join("\n")}\n`,
  ),
};

async function drop(page: Page, file: { name: string; buffer: Buffer }): Promise<void> {
  await page.evaluate(
    ([name, text]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text!], name!));
      document.body.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
    },
    [file.name, file.buffer.toString()] as const,
  );
}

async function train(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Train both networks" }).click();
  await page.getByRole("button", { name: "Train again" }).waitFor();
}

/** What the table of results says of accuracy or error on validation rows: without, with batch norm, the baseline. */
async function validation(page: Page): Promise<number[]> {
  const texts = await page
    .getByRole("region", { name: "Results" })
    .locator("tbody tr td:nth-child(2)")
    .allInnerTexts();
  return texts.map((text) => Number.parseFloat(text));
}

async function download(page: Page, name: string): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name }).click(),
  ]);
  const path = join(folder, file.suggestedFilename());
  await file.saveAs(path);
  return path;
}

it("learns a file of one's own, and the ONNX files give in Node what the page shows", async () => {
  const page = await lab.open("#/own-data");
  await page.getByLabel(/Drop a CSV file/).setInputFiles(csv);
  await page.getByRole("heading", { name: csv.name }).waitFor();
  expect(await page.getByText("120 rows, 3 columns, semicolons between the values.").isVisible()).toBe(true);
  expect(await page.getByText("numbers, decimal comma").isVisible()).toBe(true);
  await page.getByLabel("Learn from color").uncheck();
  await page.getByLabel("Learn from color").check();
  await train(page);
  const [plain, normalized, baseline] = await validation(page);
  expect(baseline).toBeLessThan(60);
  expect(plain).toBeGreaterThan(85);
  expect(normalized).toBeGreaterThan(85);

  const recipe = JSON.parse(await readFile(await download(page, "the recipe"), "utf8"));
  expect(recipe).toMatchObject({
    data: csv.name,
    target: "kind",
    output: { classes: ["large", "small"] },
    input: {
      columns: [{ column: "petal" }, { column: "color", is: "blue" }, { column: "color", is: "red" }],
    },
  });
  const rows = await page.getByRole("region", { name: "Predictions" }).locator("tbody tr").all();
  expect(rows).toHaveLength(20);
  const lines = csv.buffer.toString().split("\n");
  for (const [place, name] of ["without batch norm", "with batch norm"].entries()) {
    const path = await download(page, `the network ${name}`);
    expect(path).toMatch(new RegExp(`/my-flowers-2nd-${name.replaceAll(" ", "-")}\\.onnx$`));
    const session = await InferenceSession.create(path);
    for (const row of rows) {
      const line = lines[Number(await row.locator("th").innerText()) - 1]!;
      const [petal, color] = line.split(";");
      const values = [Number(petal!.replace(",", ".")), Number(color === "blue"), Number(color === "red")];
      const { output } = await session.run({
        input: new Tensor("float32", Float32Array.from(values), [1, 3]),
      });
      const [said, probability] = (await row.locator("td.output").nth(place).innerText()).split(/\s+/);
      const given = Number(output!.data[recipe.output.classes.indexOf(said)]);
      expect(Math.abs(given - Number(probability))).toBeLessThanOrEqual(1e-4);
    }
  }

  await page.getByText("Run it in Node").click();
  const program = join(folder, "run.mjs");
  const text = await page.getByLabel("Program for Node").innerText();
  await writeFile(program, text);
  const { stdout } = await promisify(execFile)(process.execPath, [program], { cwd: folder });
  const printed = new Map(
    stdout
      .trim()
      .split("\n")
      .map((text) => text.split(" ") as [string, string]),
  );
  // The program is for the network with the smaller loss.
  const answers = page.locator(".answer").nth(text.includes("-without-batch-norm.onnx") ? 0 : 1);
  for (const name of ["large", "small"]) {
    const shown = await answers.locator("dt", { hasText: name }).locator("+ dd").innerText();
    expect(Math.abs(100 * Number(printed.get(name)) - Number.parseFloat(shown))).toBeLessThan(0.06);
  }
});

it("tries values, and follows them", async () => {
  const page = await lab.open("#/own-data?data=phones-and-cash&learningRate=0.01");
  await train(page);
  const [plain, normalized, baseline] = await validation(page);
  expect(Math.max(plain!, normalized!)).toBeLessThan(baseline! / 10);
  await page.getByLabel("phones", { exact: true }).fill("10");
  await page.getByLabel("cash", { exact: true }).fill("500");
  // 12 · 10 + 0.3 · 500
  await expect
    .poll(async () => Math.abs(Number(await page.locator(".answer .value").first().innerText()) - 270))
    .toBeLessThan(25);
  await page.getByLabel("cash", { exact: true }).fill("lots");
  await page.getByText("Each field takes a number.").waitFor();
});

it("takes a dropped file, and forgets it with the visit alone", async () => {
  const page = await lab.open("#/own-data?data=wine&target=hue");
  await page.getByRole("heading", { name: "wine.csv" }).waitFor();
  await drop(page, csv);
  await page.getByRole("heading", { name: csv.name }).waitFor();
  await expect.poll(() => new URL(page.url()).hash).toBe("#/own-data?data=file");
  await page.getByRole("link", { name: "What it does" }).click();
  await page.getByRole("link", { name: "Your own data" }).click();
  await page.getByRole("heading", { name: "penguins.csv" }).waitFor();
  await page.goBack();
  await page.goBack();
  await page.getByRole("heading", { name: csv.name }).waitFor();
  await page.reload();
  await page.getByText("a file of somebody’s own").waitFor();
});

it("shows and trains the table that was asked for last, though an earlier one comes later", async () => {
  const page = await lab.open("#/own-data");
  await page.getByRole("heading", { name: "penguins.csv" }).waitFor();
  let arrive = () => {};
  const late = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  await page.route("**/wine.csv", async (route) => {
    await late;
    await route.continue();
  });
  await page.getByRole("button", { name: /^Wine/ }).click();
  await drop(page, csv);
  await page.getByRole("heading", { name: csv.name }).waitFor();
  const answered = page.waitForResponse("**/wine.csv");
  arrive();
  await (await answered).finished();
  await train(page);
  expect((await validation(page))[0]).toBeGreaterThan(85);
  expect(await page.getByRole("heading", { name: "wine.csv" }).count()).toBe(0);
});

it("restores what the address says, and tells what does not fit", async () => {
  const page = await lab.open(
    "#/own-data?data=wine&target=hue&without=ash,proline&scaled=0&depth=3&learningRate=0.02&seed=7",
  );
  await page.getByRole("heading", { name: "wine.csv" }).waitFor();
  expect(await page.getByLabel("Predict hue").isChecked()).toBe(true);
  expect(await page.getByLabel("Learn from ash").isChecked()).toBe(false);
  expect(await page.getByLabel("Learn from alcohol").isChecked()).toBe(true);
  expect(await page.getByLabel("Standardise the features").isChecked()).toBe(false);
  expect(await page.getByLabel("Seed").inputValue()).toBe("7");
  await page.getByLabel("Learn from ash").check();
  await expect.poll(() => new URL(page.url()).hash).toContain("without=proline&");

  const other = await lab.open("#/own-data?target=colour&without=%3Cscript%3E&depth=900&__proto__=1");
  for (const notice of [
    "There is no column “colour”; “species” is taken as the target.",
    "There is no column “<script>” to be left out.",
    "depth is to be a whole number from 1 to 12; the address has “900”. 2 was taken.",
    "This page has no setting “__proto__”.",
  ]) {
    await other.getByText(notice).waitFor();
  }

  // A file that an address waits for comes with that address's columns.
  const waiting = await lab.open("#/own-data?data=file&target=color&without=kind");
  await waiting.getByText("Choose the file").waitFor();
  await waiting.getByLabel(/Drop a CSV file/).setInputFiles(csv);
  await waiting.getByText("to predict color from 1 column").waitFor();
});

it("says that a network diverged, and that the other did not", async () => {
  const page = await lab.open("#/own-data");
  await page.getByRole("button", { name: "Raw numbers diverge" }).click();
  await page.getByRole("heading", { name: "phones-and-cash.csv" }).waitFor();
  await train(page);
  await page.getByText(/The network without batch norm diverged. In step \d+:/).waitFor();
  const [, normalized, baseline] = await validation(page);
  expect(normalized).toBeLessThan(baseline! / 10);
});

it("can be stopped", async () => {
  const page = await lab.open("#/own-data?depth=12&width=256&batchSize=1&epochs=300");
  await page.getByRole("button", { name: "Train both networks" }).click();
  await page.getByRole("button", { name: "Stop" }).click();
  await page
    .getByText(/^stopped after/)
    .first()
    .waitFor();
});

const hostile: readonly [string, string, string | RegExp][] = [
  [
    "markup and formulas",
    `<img src=x onerror=alert(1)>,"<script>alert(2)</script>",=cmd|'/c calc'!A1,{@html 1}\n${Array.from(
      { length: 30 },
      (_, row) =>
        `"<svg onload=alert(3)>",javascript:alert(${row % 2}),${row},${row % 2 ? "</td><script>" : "{{7*7}}"}`,
    ).join("\n")}\n`,
    "30 rows, 4 columns",
  ],
  [
    "names of prototypes",
    `__proto__,constructor,toString,hasOwnProperty\n${Array.from({ length: 30 }, (_, row) => `${row % 7},${row % 2 ? "__proto__" : "constructor"},${row * row},${row % 3 ? "valueOf" : "then"}`).join("\n")}\n`,
    "30 rows, 4 columns",
  ],
  [
    "numbers that are none",
    "a,b\nNaN,1\nInfinity,2\n1e999,3\n-Infinity,1\n0x10,2\n",
    "No column can be predicted|5 rows",
  ],
  ["a hundred thousand columns", `${"a,".repeat(100_000)}b\n`, "at most 500 columns"],
  ["a quote that is not closed", 'a,b\n1,"2\n3,4\n', "A quote is opened"],
  ["bytes", "\u0000\u0001\u0002,\u0000", "no text file"],
  ["nothing", "", "The file is empty"],
  ["a row of a megabyte", `a,b\n"${"x".repeat(1_500_000)}",1\n`, "longer than 1,000,000"],
];

it.each(hostile)("does nothing but say what is wrong with a file of %s", async (_, text, said) => {
  const page = await lab.open("#/own-data");
  const happened: string[] = [];
  page.on("dialog", (dialog) => {
    happened.push(dialog.message());
    void dialog.dismiss();
  });
  page.on("popup", (popup) => happened.push(popup.url()));
  page.on("framenavigated", (frame) => happened.push(frame.url()));
  const name = `"><img src=x onerror=alert(9)>../../${"n".repeat(100)}.csv`;
  await drop(page, { name, buffer: Buffer.from(text) });
  await page.getByText(new RegExp(said)).first().waitFor();
  const button = page.getByRole("button", { name: "Train both networks" });
  if ((await button.isVisible()) && (await button.isEnabled())) {
    await train(page);
    const path = await download(page, "the recipe");
    expect(path).toMatch(/\/img-src-x-onerror-alert-9-n+\.json$/);
    expect(JSON.parse(await readFile(path, "utf8")).data).toBe(name);
    await page.getByText("Run it in Node").click();
    const program = await page.getByLabel("Program for Node").innerText();
    expect(program).not.toMatch(/alert\(|proto|calc/);
  }
  expect(await page.locator("main script, main img, main svg[onload]").count()).toBe(0);
  expect(happened.filter((what) => !what.startsWith(lab.url))).toEqual([]);
  expect(await page.evaluate(() => Object.keys(Object.prototype))).toEqual([]);
});

it("takes the first hundred thousand rows of a longer table", async () => {
  const page = await lab.open("#/own-data");
  const row = "1.5,2.25,a\n2.5,1.25,b\n";
  await page
    .getByLabel(/Drop a CSV file/)
    .setInputFiles({ ...csv, name: "large.csv", buffer: Buffer.from(`x,y,kind\n${row.repeat(60_000)}`) });
  await page.getByText("The file is long: its first 100,000 rows are taken.").waitFor();
});

it.each([
  { width: 1280, dark: false },
  { width: 390, height: 844, dark: true },
])("fits, and is accessible, %o", async (view) => {
  const page = await lab.open("#/own-data?target=body+mass+(g)&epochs=5", view);
  await page.getByRole("heading", { name: "penguins.csv" }).waitFor();
  await expectAccessible(page);
  await train(page);
  await page.locator(".answer .value").first().waitFor();
  await page.getByText("Run it in Node").click();
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
});

it("works by keyboard alone", async () => {
  const page = await lab.open("#/own-data?epochs=3");
  await page.getByRole("heading", { name: "penguins.csv" }).waitFor();
  // Waited for before the key is pressed: the browser must have been told that the test takes the dialog's place.
  const choosing = page.waitForEvent("filechooser");
  await page.getByLabel(/Drop a CSV file/).focus();
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("type"))).toBe("file");
  await page.keyboard.press("Space");
  await (await choosing).setFiles(csv);
  await page.getByRole("heading", { name: csv.name }).waitFor();
  await page.getByLabel("Learn from color").focus();
  await page.keyboard.press("Space");
  expect(await page.getByLabel("Learn from color").isChecked()).toBe(false);
  await page.getByRole("button", { name: "Train both networks" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Train again" }).waitFor();
});
