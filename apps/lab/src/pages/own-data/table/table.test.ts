import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "./limits.ts";
import { readTable, type Table, type TableOptions } from "./table.ts";

const examples = new URL("../../../../public/data/examples/", import.meta.url);

function read(text: BlobPart, options: TableOptions = {}): Promise<Table> {
  return readTable(new Blob([text]), "table.csv", options);
}

async function summaryOf(text: BlobPart, options: TableOptions = {}) {
  return (await read(text, options)).summary;
}

async function column(text: string, place = 0) {
  const { columns } = await read(text);
  return columns[place]!;
}

describe("a table", () => {
  it("is told column by column", async () => {
    const { summary, columns, lines } = await read("size,kind,note\n1.5,a,\n,b,\n2.5,a,\n4,?,\n");
    expect(summary).toMatchObject({ name: "table.csv", delimiter: ",", rows: 4, notices: [] });
    expect(lines).toEqual([2, 3, 4, 5]);
    expect(columns.map(({ values }) => [...values])).toEqual([
      [1.5, Number.NaN, 2.5, 4],
      [0, 1, 0, Number.NaN],
      [Number.NaN, Number.NaN, Number.NaN, Number.NaN],
    ]);
    const [size, kind, note] = summary.columns;
    expect(size).toMatchObject({ name: "size", kind: "number", missing: 1 });
    expect(size!.numbers).toMatchObject({ minimum: 1.5, maximum: 4 });
    expect(size!.numbers!.mean).toBeCloseTo(8 / 3, 6);
    expect(size!.numbers!.deviation).toBeCloseTo(
      Math.sqrt(((8 / 3 - 1.5) ** 2 + (8 / 3 - 2.5) ** 2 + (4 - 8 / 3) ** 2) / 3),
      6,
    );
    expect(kind).toMatchObject({ kind: "category", classes: ["a", "b"], histogram: [2, 1], missing: 1 });
    expect(note).toMatchObject({ kind: "empty", missing: 4, advice: "It has no values." });
  });

  it.each([
    ["commas", "a,b\n1,2\n", ","],
    ["semicolons", "a;b\n1;2\n", ";"],
    ["semicolons beside decimal commas", "a;b;c\n1,5;2,5;3,5\n", ";"],
    ["semicolons beside commas in every line", "length, cm;width, cm\n1,5;2,0\n", ";"],
    ["tabs", "a\tb\n1\t2\n", "\t"],
    ["vertical bars", "a|b\n1|2\n", "|"],
    ["commas beside bars in its names", 'a|1,b\n"x",2\n', ","],
  ])("may have %s between its values", async (_, text, delimiter) => {
    expect(await summaryOf(text)).toMatchObject({ delimiter, rows: 1 });
  });

  it("has numbers with a decimal comma where commas do not separate values", async () => {
    const { summary, columns } = await read("a;b\n1,5;x\n-2,25;y\n3;x\n");
    expect([...columns[0]!.values]).toEqual([1.5, -2.25, 3]);
    expect(summary.columns[0]!.numbers!.decimalComma).toBe(true);
  });

  it("may have quotes, with delimiters and new lines in them, and stray ones", async () => {
    const { summary, lines } = await read('"a,1","b"\r\n"x,\r\ny",5" pipe\r\n"q ""r""", 7 \r\n');
    expect(summary.columns.map(({ name }) => name)).toEqual(["a,1", "b"]);
    expect(lines).toEqual([3, 4]);
  });

  it("comes in UTF-8 with a byte order mark, UTF-16, or else Windows-1252, which it says", async () => {
    expect((await summaryOf("\uFEFFgröße,b\n1,2\n")).columns[0]!.name).toBe("größe");
    const utf16 = Uint8Array.from(Buffer.from("\uFEFFgröße\tb\n1\t2\n", "utf16le"));
    expect((await summaryOf(utf16)).columns[0]!.name).toBe("größe");
    const latin = await summaryOf(Uint8Array.from(Buffer.from("größe,b\n1,2\n", "latin1")));
    expect(latin.columns[0]!.name).toBe("größe");
    expect(latin.notices).toEqual([expect.stringMatching(/not UTF-8.*Windows-1252/)]);
  });

  it("has numbered columns where the first line is numbers, unless one says that they are names", async () => {
    const numbered = await summaryOf("1,2\n3,4\n5,7\n");
    expect(numbered.columns.map(({ name }) => name)).toEqual(["column 1", "column 2"]);
    expect(numbered).toMatchObject({ rows: 3, notices: [expect.stringMatching(/numbers only.*values/)] });
    expect(await summaryOf("1,2\n3,4\n5,7\n", { header: "names" })).toMatchObject({ rows: 2, notices: [] });
    expect(await summaryOf("a,b\n3,4\n", { header: "values" })).toMatchObject({ rows: 2, notices: [] });
  });

  it("gives columns without a name, or with another's, one of their own", async () => {
    const { columns } = await summaryOf("a,,a,a (2),\n1,2,3,4,5\n");
    expect(columns.map(({ name }) => name)).toEqual(["a", "column 2", "a (2)", "a (2) (2)", "column 5"]);
  });

  it("leaves out rows of another length, and says so", async () => {
    const { rows, notices } = await summaryOf("a,b\n1,2\n3\n4,5\n6,7,8\n9,10\n");
    expect(rows).toBe(3);
    expect(notices).toEqual(["Left out: 2 rows without a value for each of the 2 columns (line 3 has 1)."]);
  });

  it.each([
    ["in whole", 1 << 20],
    ["in pieces", 7],
    ["byte by byte", 1],
  ])("is the same read %s", async (_, blockBytes) => {
    const text = 'a,"b\r\nb",ü\r\n1,"x\n\r\n,",2\r\n\r\n3,"""",4\r\n5,y,6';
    const whole = await read(text);
    expect(await read(text, { blockBytes })).toEqual(whole);
    expect(whole.lines).toEqual([5, 7, 8]);
  });

  it("says how far it has been read, and can be given up", async () => {
    const text = `a,b\n${"1,2\n".repeat(100)}`;
    const shares: number[] = [];
    await read(text, { blockBytes: 100, onProgress: (share) => shares.push(share) });
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    await expect(read(text, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });

  it("of many rows is cut, and read no further", async () => {
    const text = `a,b\n${"1,2\n".repeat(100)}`;
    let share = 0;
    const { summary } = await read(text, {
      limits: { ...limits, rows: 10 },
      blockBytes: 50,
      onProgress: (read) => {
        share = read;
      },
    });
    expect(summary).toMatchObject({ rows: 10, notices: ["The file is long: its first 10 rows are taken."] });
    expect(share).toBeLessThan(0.5);
    expect((await summaryOf(text, { limits: { ...limits, values: 50 } })).rows).toBe(25);
    expect((await summaryOf(text, { limits: { ...limits, rows: 100 } })).notices).toEqual([]);
  });

  it("is one of those that the lab brings along", async () => {
    for (const [name, rows, kinds] of [
      ["penguins", 344, ["category", "number", "number", "number", "number", "category", "category"]],
      ["wine", 178, [...new Array(13).fill("number"), "category"]],
      ["phones-and-cash", 600, ["number", "number", "number"]],
    ] as const) {
      const summary = await summaryOf(await readFile(new URL(`${name}.csv`, examples)));
      expect(summary, name).toMatchObject({ rows, notices: [] });
      expect(summary.columns.map(({ kind }) => kind)).toEqual(kinds);
    }
  });
});

describe("a column", () => {
  it("of numbers counts texts among them as missing, and names the first", async () => {
    const texts = [...Array.from({ length: 40 }, (_, row) => String(row * 0.5)), "abc", "1e999"];
    const { summary } = await read(`a,b\n${texts.map((text) => `${text},1\n`).join("")}`);
    expect(summary.columns[0]).toMatchObject({ kind: "number", missing: 2 });
    expect(summary.notices).toEqual([
      "a: 2 values that are no numbers count as missing: “abc” on line 42, for example.",
    ]);
  });

  it.each([
    "Infinity",
    "-Infinity",
    "1e999",
    "1e39",
    "0x10",
    "1_000",
    "1.234,5",
    "12 kg",
    "--1",
    "1e",
    "٣",
    "=1+1",
  ])("with %s in it is none of numbers", async (text) => {
    const { summary } = await column(`a,b\n1,1\n${text.includes(",") ? `"${text}"` : text},1\n1,1\n`);
    expect(summary.kind).toBe("category");
  });

  it.each(["1", "+1", "-1.", ".5", "1e3", "1E-30", "007"])("takes %s as a number", async (text) => {
    const { summary } = await column(`a,b\n${text},1\n2,1\n`);
    expect(summary.kind).toBe("number");
  });

  it("that counts the rows, never changes, or is missing in most of them, is left out with a reason", async () => {
    const rows = Array.from({ length: 6 }, (_, row) => `${row + 1},5,${row < 4 ? "" : row},x`);
    const { columns } = await summaryOf(`id,same,rare,word\n${rows.join("\n")}\n`);
    expect(columns.map(({ advice }) => advice)).toEqual([
      expect.stringMatching(/counts the rows/),
      expect.stringMatching(/same in all rows/),
      expect.stringMatching(/missing in 67 % of the rows/),
      expect.stringMatching(/same in all rows/),
    ]);
  });

  it("of many different texts is left out with a reason", async () => {
    const many = await column(`a,b\n${Array.from({ length: 100 }, (_, row) => `t${row},1\n`).join("")}`);
    expect(many.summary).toMatchObject({ kind: "text", missing: 0 });
    expect(many.summary.advice).toMatch(/100 different texts; at most 30 are taken/);
    const few = await column("a,b\nx,1\ny,2\nz,3\nw,4\n");
    expect(few.summary.advice).toMatch(/4 different texts; that is too many for 4 rows/);
  });
});

describe("what is no table", () => {
  it.each<[string, BlobPart, RegExp]>([
    ["an empty file", "", /The file is empty/],
    ["empty lines", "\n\r\n \n", /nothing but empty lines/],
    ["a line of names alone", "a,b\n", /no rows of values after the line of names/],
    ["one column", "a\n1\n2\n", /one column only/],
    ["a workbook", "PK\u0003\u0004", /workbook or an archive/],
    ["a packed file", Uint8Array.of(0x1f, 0x8b, 8, 0), /packed by gzip/],
    ["a picture", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13), /no text file/],
    ["an open quote", 'a,b\n1,2\n3,"4\n5,6\n', /A quote is opened behind line 2 and not closed/],
    ["text behind a closing quote", 'a,b\n1,2\n"3"4,5\n', /On line 3 something follows a closing quote/],
    ["rows that do not fit", "a,b,c\n1,2\n3,4\n5,6,7\n", /first line has 3 values.*line 2 has 2/],
    ["a hundred thousand columns", `${"a,".repeat(1e5)}b\n`, /100,001 values; at most 500 columns/],
    ["an endless line", `a,b\n${"x".repeat(5_000_000)}`, /longer than 1,000,000 characters/],
  ])("such as %s, is refused with a reason", async (_, text, message) => {
    await expect(read(text)).rejects.toThrow(message);
    await expect(read(text, { blockBytes: 1 << 16 })).rejects.toThrow(message);
  });

  it("never is anything else than refused with a reason, or read within the limits", async () => {
    const hostile = fc.array(
      fc.oneof(
        fc.constantFrom(
          ",",
          ";",
          "\t",
          "\n",
          "\r",
          "\r\n",
          '"',
          "\0",
          "\u202E",
          "\uD800",
          "__proto__",
          "=1+1",
        ),
        fc.constantFrom("<script>alert(1)</script>", "NaN", "Infinity", "1e999", "constructor", "1", "-2.5"),
        fc.string({ unit: "binary", maxLength: 5 }),
      ),
      { maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(hostile, fc.integer({ min: 1, max: 40 }), async (parts, blockBytes) => {
        const result = await read(parts.join(""), { blockBytes }).catch((error: unknown) => error);
        if (result instanceof Error) {
          expect(result.message.length).toBeGreaterThan(10);
          expect(result).not.toBeInstanceOf(TypeError);
          return;
        }
        const { summary, columns } = result as Table;
        const names = summary.columns.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
        for (const name of names) {
          expect(name).not.toMatch(/[\p{Cc}\p{Cs}\u202E]/u);
          expect([...name].length).toBeLessThan(90);
          expect(name).not.toBe("");
        }
        for (const { values } of columns) {
          expect(values).toHaveLength(summary.rows);
          for (const value of values)
            expect(Number.isNaN(value) || Number.isFinite(Math.fround(value))).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("leaves the prototypes of objects alone", async () => {
    const { columns } = await summaryOf(
      "__proto__,constructor,toString,y\n__proto__,hasOwnProperty,1,a\nconstructor,valueOf,2,b\n__proto__,hasOwnProperty,3,a\n__proto__,valueOf,5,b\n",
    );
    expect(columns.map(({ name, kind }) => [name, kind])).toEqual([
      ["__proto__", "category"],
      ["constructor", "category"],
      ["toString", "number"],
      ["y", "category"],
    ]);
    expect(columns[0]).toMatchObject({ classes: ["__proto__", "constructor"], histogram: [3, 1] });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
