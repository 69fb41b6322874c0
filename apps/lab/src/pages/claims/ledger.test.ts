import { readdirSync, readFileSync } from "node:fs";
import { claims } from "evenkeel-experiments";
import type { ClaimRecord, Ledger } from "evenkeel-experiments/record";
import { figureMarkup } from "evenkeel-experiments/report";
import { describe, expect, it } from "vitest";
import { parseAddress, readSettings } from "../../address/address.ts";
import { countOf, groupsOf } from "./ledger.ts";
import { page } from "./page.ts";

const folder = new URL("../../../public/claims/", import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), "utf8"));
const ledger: Ledger = read("ledger.json");
const recordOf = (id: string): ClaimRecord => read(`${id}.json`);

const everything = { verdict: "all", work: "all", search: "" } as const;
const idsOf = (filter: Partial<Parameters<typeof groupsOf>[1]>) =>
  groupsOf(ledger, { ...everything, ...filter }).flatMap((group) =>
    group.claims.map(({ id }) => id as string),
  );

describe("the measured claims that lie beside the page", () => {
  it("are all claims there are, each with a record", () => {
    expect(ledger.claims.map(({ id }) => id)).toEqual(claims.map(({ id }) => id));
    const files = ["ledger.json", ...claims.map(({ id }) => `${id}.json`)];
    expect(readdirSync(folder).sort()).toEqual(files.sort());
  });

  it("came out as the ledger in the documents says", () => {
    const published = readFileSync(new URL("../../../../../docs/claims/ledger.md", import.meta.url), "utf8");
    const [confirmed, refuted, undecided] = (["confirmed", "refuted", "undecided"] as const).map((outcome) =>
      countOf(ledger.claims, outcome),
    );
    expect(published).toContain(
      `**${confirmed} confirmed**, **${refuted} refuted**, **${undecided} undecided**`,
    );
    // As Markdown writes it.
    const plain = published.replaceAll("\\", "");
    for (const { id, outcome, measured } of ledger.claims) {
      expect(plain).toContain(
        `| ${outcome === "confirmed" ? outcome : `**${outcome}**`} | ${measured!.effect}: ${measured!.title} |`,
      );
      const record = recordOf(id);
      expect([record.id, record.outcome]).toEqual([id, outcome]);
    }
  });

  it("have figures that can be drawn, in colours of their own", () => {
    for (const { id } of ledger.claims) {
      const { figures, styles } = recordOf(id);
      for (const figure of figures) {
        const drawn = figureMarkup(figure, { styles: new Map(Object.entries(styles)) });
        expect(drawn, `${id}: ${figure.title}`).not.toMatch(/could not be drawn|NaN|stroke="undefined"/);
      }
    }
  });

  it("take little to load: the ledger at once, a claim when it is opened", () => {
    const size = (name: string) => readFileSync(new URL(name, folder)).length;
    expect(size("ledger.json")).toBeLessThan(150_000);
    for (const { id } of ledger.claims) expect(size(`${id}.json`), id).toBeLessThan(400_000);
  });
});

describe("the ledger's filters", () => {
  it("leave all claims under their works where nothing is asked for", () => {
    expect(idsOf({})).toEqual(claims.map(({ id }) => id));
    expect(groupsOf(ledger, everything).map(({ work }) => work.id)).toEqual(ledger.works.map(({ id }) => id));
  });

  it("narrow by verdict, by work, and by words in any order and case", () => {
    expect(idsOf({ verdict: "refuted" })).toHaveLength(countOf(ledger.claims, "refuted"));
    expect(idsOf({ work: "IS15" })).toHaveLength(16);
    expect(idsOf({ search: "MNIST sigmoid faster" })).toContain("IS15-8");
    expect(idsOf({ search: "is15-8" })).toEqual(["IS15-8"]);
    expect(idsOf({ search: " " })).toHaveLength(72);
    expect(idsOf({ search: "no claim says this" })).toEqual([]);
    expect(idsOf({ verdict: "refuted", work: "IS15" }).every((id) => id.startsWith("IS15-"))).toBe(true);
  });
});

describe("the page's address", () => {
  const settingsOf = (query: string) => readSettings(page.fields, parseAddress(`#/claims?${query}`).query);

  it("says which claim is open", () => {
    expect(settingsOf("claim=BJ18-12&size=smoke")).toMatchObject({
      ...{ settings: { claim: "BJ18-12", size: "smoke" }, notices: [] },
    });
  });

  it.each([
    "claim=../secret",
    "claim=IS15-8%0A",
    "claim=__proto__",
    "size=paper",
    "work=constructor",
    "search=%00",
    `search=${"x".repeat(61)}`,
  ])("takes nothing that is none of its values: %s", (query) => {
    const { settings, notices } = settingsOf(query);
    expect(settings).toEqual(settingsOf("").settings);
    expect(notices).toHaveLength(1);
  });
});
