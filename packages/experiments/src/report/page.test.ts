import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { rules } from "../claim/rule.js";
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
    expect(textOf(".counts")).toBe("1confirmed1refuted1undecided1failed");
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
    expect(gain).toMatch(/the whole interval above 0 points\+1\.50 points\[\+1\.\d\d, \+1\.\d\d\] points/);
    expect(ratio).toMatch(/shown; decides nothing1\.0\d×\[1\.0\d×, 1\.0\d×\]/);
  });

  it("shows remarks where a claim did not hold, and errors where it failed", () => {
    expect(textOf("#IS15-8 .remark")).toBe("");
    expect(textOf("#IS15-9 .remark")).toBe("The network is | shallower.");
    expect(textOf("#BJ18-1 .remark")).toBe("The seeds differ.");
    expect(textOf("#BJ18-2 pre")).toBe("The loss is <NaN> | here.");
  });

  it("marks what was published, beside what was measured", () => {
    const panels = [...document.querySelectorAll("#IS15-8 figure .panel")];
    expect(panels.map((panel) => panel.querySelector("h4")!.textContent)).toEqual([
      "publishedtable 1",
      "measured",
    ]);
    expect(panels[1]!.querySelector("svg.plot")).not.toBeNull();
    expect(textOf("#IS15-8 .legend")).toBe("with batch norm");
  });

  it("takes no text for markup, and needs nothing from elsewhere", () => {
    expect(textOf("#IS15-8 .statement")).toBe("It is <faster> & *higher*: |a_b| ~ 2.");
    expect(html).not.toMatch(/<faster>|<by>|<published>|<NaN>/);
    expect(html).not.toMatch(/ (src|href)="(?!#|https:\/\/arxiv\.org\/abs\/|https:\/\/github\.com\/)/);
    expect(html.replaceAll("&lt;NaN&gt;", "")).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });

  it("shows no interval of fewer than five seeds", () => {
    const page = parseHTML(reportPage(contentOf([judged(claimNamed("IS15-8"), [0.1])]))).document;
    const [gain] = [...page.querySelectorAll(".measures tbody tr")];
    expect(gain!.querySelector(".number")!.textContent).toBe("+10.0 points–");
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
