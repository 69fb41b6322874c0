import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { rules } from "../claim/rule.js";
import type { ClaimReport } from "./content.js";
import { reportPage } from "./page.js";
import { claimNamed, contentOf, judged, reports } from "./testing/content.js";

const html = reportPage(contentOf(reports));
const { document } = parseHTML(html);
const textOf = (selector: string) => document.querySelector(selector)?.textContent ?? "";

describe("the page of claims", () => {
  it("has every claim under its anchor, with its verdict as a word, in the summary too", () => {
    for (const [index, word] of ["confirmed", "refuted", "undecided", "failed"].entries()) {
      const { id } = reports[index]!.claim;
      expect(textOf(`article#${id} > header .badge`)).toBe(word);
      const row = document.querySelector(`.claims a[href="#${id}"]`)!.closest("tr")!;
      expect(row.querySelector(".badge")!.textContent).toBe(word);
    }
    expect(textOf(".counts")).toBe("1 confirmed1 refuted1 undecided1 failed");
  });

  it("says what was run, on what, and how to repeat it", () => {
    expect(textOf(".about")).toBe(
      "4 claims from 2 works, tested at size laptop with 2 to 5 seeds by 40 runs, which took 2 h 30 min of computing, on A processor, 2 cores.",
    );
    expect(textOf(".settings")).toContain("evenkeel 0.1.0, node 20.19.0");
    expect(textOf(".settings")).toContain("40 runs, 2 h 30 min in all, 8 of them kept from before");
    expect(textOf("#IS15-8 code")).toBe("npx evenkeel-cli test-claim IS15-8 --size laptop");
    expect(textOf("#BJ18-2 code")).toBe("npx evenkeel-cli test-claim BJ18-2 --size laptop --seeds 1,2");
  });

  it("shows effect, interval and rule in the measure's unit", () => {
    const [gain, ratio] = [...document.querySelectorAll("#IS15-8 .measures tbody tr")].map(
      (row) => row.textContent,
    );
    expect(gain).toMatch(/the whole interval above 0 points\+1\.50 points \[\+1\.\d\d, \+1\.\d\d\] points/);
    expect(ratio).toMatch(/shown; decides nothing1\.0\d× \[1\.0\d×, 1\.0\d×\]/);
  });

  it("shows remarks where a claim did not hold, and errors where it failed", () => {
    expect(textOf("#IS15-8 .remark")).toBe("");
    expect(textOf("#IS15-9 .remark")).toBe("Refuted. The network is | shallower.");
    expect(textOf("#BJ18-1 .remark")).toBe("Undecided. The seeds differ.");
    expect(textOf("#BJ18-2 pre")).toBe("The loss is <NaN> | here.");
  });

  it("shows what every seed gave", () => {
    const row = document.querySelector("#IS15-8 .measures tbody tr")!;
    expect(row.querySelector(".interval + small")!.textContent).toBe(
      "+1.00, +2.00, +1.50, +1.20, +1.80 points",
    );
  });

  it("can be read without being seen: heads have words, plots their names, ids are given once", () => {
    const heads = [...document.querySelectorAll("th")].map(({ textContent }) => textContent);
    expect(heads.every((text) => text?.trim())).toBe(true);
    expect(textOf("#IS15-8 h3")).toBe("IS15-8 Title of IS15-8");
    const works = [...document.querySelectorAll('.claims th[scope="rowgroup"]')];
    expect(works.map(({ textContent }) => textContent)).toEqual([
      "Ioffe & Szegedy 2015",
      "Bjorck, Gomes, Selman & Weinberger 2018",
    ]);
    for (const plot of document.querySelectorAll("svg.plot")) {
      expect(plot.getAttribute("role")).toBe("img");
      expect(plot.getAttribute("aria-label")).toBe("Accuracy <by> step: measured");
    }
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    expect(ids.some((id) => id.startsWith("IS15-8-1-2-"))).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("gives a series one colour in all figures of a work", () => {
    const withFigure = (id: "IS15-8" | "IS15-9", ...series: string[]): ClaimReport => ({
      ...judged(claimNamed(id), [0.1]),
      figures: [
        {
          title: id,
          caption: "",
          panels: [
            {
              type: "plot",
              title: "measured",
              x: { label: "x" },
              y: { label: "y" },
              marks: series.map((name) => ({ type: "dots", series: name, points: [{ x: 1, y: 1 }] })),
            },
          ],
        },
      ],
    });
    const page = parseHTML(
      reportPage(contentOf([withFigure("IS15-8", "a", "b"), withFigure("IS15-9", "c", "b")])),
    ).document;
    const colorIn = (id: string, series: string) =>
      [...page.querySelectorAll(`#${id} .legend li`)]
        .find(({ textContent }) => textContent === series)!
        .querySelector("line")!
        .getAttribute("stroke");
    expect(colorIn("IS15-8", "b")).toBe(colorIn("IS15-9", "b"));
    expect(colorIn("IS15-8", "a")).not.toBe(colorIn("IS15-9", "c"));
    expect(page.querySelectorAll("#IS15-9 .legend li")).toHaveLength(2);
  });

  it("says which figures there could not be, and shows the rest", () => {
    const report = { ...judged(claimNamed("IS15-8"), [0.1]), figures: [], figuresError: "no <curve>" };
    const page = parseHTML(reportPage(contentOf([report]))).document;
    expect(page.querySelector("#IS15-8 .undrawn")!.textContent).toBe(
      "The figures could not be drawn: no <curve>",
    );
    expect(page.querySelector("#IS15-8 .measures")).not.toBeNull();
  });

  it("marks what was published, beside what was measured", () => {
    const panels = [...document.querySelectorAll("#IS15-8 figure .panel")];
    expect(panels.map((panel) => panel.querySelector("h4")!.textContent)).toEqual([
      "published table 1",
      "measured",
    ]);
    expect(panels[1]!.querySelector("svg.plot")).not.toBeNull();
    expect(textOf("#IS15-8 .legend")).toBe("with batch norm");
  });

  it("takes no text for markup, and needs nothing from elsewhere", () => {
    expect(textOf("#IS15-8 .statement")).toBe("It is <faster> & *higher*: |a_b| ~ 2, [c](d), of σB².");
    expect(document.querySelector("faster, by, published, nan")).toBeNull();
    expect(html.replaceAll(/ aria-label="[^"]*"/g, "")).not.toMatch(/<faster>|<by>|<published>|<NaN>/);
    expect(html).not.toMatch(/ (src|href)="(?!#|https:\/\/arxiv\.org\/abs\/|https:\/\/github\.com\/)/);
    expect(html.replaceAll("&lt;NaN&gt;", "")).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });

  it("shows no interval of fewer than five seeds", () => {
    const page = parseHTML(reportPage(contentOf([judged(claimNamed("IS15-8"), [0.1])]))).document;
    const [gain] = [...page.querySelectorAll(".measures tbody tr")];
    expect(gain!.querySelector(".number")!.textContent).toBe("+10.0 points –");
    expect(page.body.innerHTML).not.toMatch(/NaN|Infinity/);
  });

  it("shows of an identity what is furthest off", () => {
    const identity = claimNamed("IS15-1", {
      measures: { off: { title: "difference", of: Number, rule: rules.exact(1e-6) } },
    });
    const page = parseHTML(reportPage(contentOf([judged(identity, [1e-8, -3e-7])]))).document;
    const row = page.querySelector(".measures tbody tr")!.textContent;
    expect(row).toContain("every seed within 10⁻⁶ of 0");
    expect(row).toContain("3×10⁻⁷");
    expect(page.querySelector("article .badge")!.textContent).toBe("confirmed");
  });
});
