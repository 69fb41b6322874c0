import { describe, expect, it } from "vitest";
import type { Ledger } from "../record/ledger.js";
import type { ClaimRecord } from "../record/record.js";
import { dataFiles, isDataFile } from "./data.js";
import { claimNamed, contentOf, judged, reports } from "./testing/content.js";

const files = dataFiles(contentOf(reports));
const ledger: Ledger = JSON.parse(files.get("ledger.json")!);
const recordOf = (id: string): ClaimRecord => JSON.parse(files.get(`${id}.json`)!);

describe("the claims as data", () => {
  it("are a ledger and a record for each", () => {
    const ids = reports.map(({ claim }) => claim.id);
    expect([...files.keys()]).toEqual(["ledger.json", ...ids.map((id) => `${id}.json`)]);
    expect([...files.keys()].every(isDataFile)).toBe(true);
    expect(isDataFile("results.json")).toBe(false);
    expect(ledger.claims.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual(
      ids.map((id, index) => `${id} ${["confirmed", "refuted", "undecided", "failed"][index]}`),
    );
    expect(ledger.works.map(({ id, citation }) => `${id} ${citation}`)).toEqual([
      "IS15 Ioffe & Szegedy 2015",
      "BJ18 Bjorck, Gomes, Selman & Weinberger 2018",
    ]);
  });

  it("say what was measured, and why a claim did not hold", () => {
    expect(ledger.claims[0]!.measured!.title).toBe("accuracy, with − without");
    expect(ledger.claims[0]!.measured!.effect).toMatch(/^\+1\.50 \[\+1\.\d\d, \+1\.\d\d\] points$/);
    expect(ledger.claims[1]!.remark).toBe("The network is | shallower.");
    const { measures, remark, command, setting } = recordOf("IS15-9");
    expect(measures.map(({ name, scale, verdict }) => [name, scale, verdict])).toEqual([
      ["gain", undefined, "refuted"],
      ["ratio", "log", undefined],
    ]);
    expect(remark).toBe("The network is | shallower.");
    expect(command).toBe("npx evenkeel-cli test-claim IS15-9 --size laptop");
    expect(setting.laptop).toBe("50,000 steps");
    expect(recordOf("BJ18-2")).toMatchObject({
      outcome: "failed",
      error: "The loss is <NaN> | here.",
      measures: [],
      figures: [],
    });
  });

  it("have the figures as they were, and looks for all their series", () => {
    const { figures, styles } = recordOf("IS15-8");
    expect(figures).toEqual((reports[0] as { figures: unknown }).figures);
    expect(styles).toEqual({ "with batch norm": { color: "var(--series-1)" } });
  });

  it("have numbers of as many digits as are seen", () => {
    const claim = claimNamed("IS15-8");
    const report = judged(claim, [1 / 3, 1 / 3, 1 / 3, 1 / 3, 1 / 3]);
    const points = [
      { x: 123_456_789, y: 1 / 3 },
      { x: 2, y: null },
    ];
    const figure = {
      ...{ title: "", caption: "" },
      panels: [
        {
          type: "plot",
          title: "",
          x: { label: "" },
          y: { label: "" },
          marks: [{ type: "line", series: "a", points }],
        },
        { type: "table", title: "", head: ["a"], rows: [[1 / 3]] },
      ],
    } as const;
    const [record] = [...dataFiles(contentOf([{ ...report, figures: [figure] }])).values()]
      .slice(1)
      .map((text) => JSON.parse(text) as ClaimRecord);
    expect(record!.measures[0]!.values[0]).toBe(0.333333333);
    const [plot, table] = record!.figures[0]!.panels as unknown as [
      { marks: [{ points: unknown }] },
      { rows: unknown },
    ];
    expect(plot.marks[0].points).toEqual([
      { x: 123_456_789, y: 0.333333 },
      { x: 2, y: null },
    ]);
    expect(table.rows).toEqual([[0.333333333]]);
  });

  it("are the same whenever they are written", () => {
    const content = contentOf(reports);
    const later = {
      ...content,
      begun: "2027-01-01T00:00:00.000Z",
      seconds: 1,
      runs: { ...content.runs, kept: 40 },
    };
    expect(dataFiles(later)).toEqual(files);
  });
});
