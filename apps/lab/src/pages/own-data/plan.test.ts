import { describe, expect, it } from "vitest";
import { planned } from "./plan.ts";
import { readTable } from "./table/table.ts";

async function summaryOf(text: string) {
  return (await readTable(new Blob([text]), "table.csv")).summary;
}

const flowers = await summaryOf(
  `id,petal,color,name,species\n${Array.from({ length: 20 }, (_, row) => `${row},${row / 3},${row % 2 ? "red" : "blue"},n${row},${row % 3}`).join("\n")}`,
);
const proposed = { target: "", task: "auto", without: "proposed" } as const;

describe("a plan", () => {
  it("predicts the last column from the others, without those that speak against it", () => {
    expect(planned(proposed, flowers)).toEqual({
      plan: { target: "species", task: "class", features: ["petal", "color"] },
      notices: [],
    });
  });

  it("takes what was chosen, a column that counts the rows too", () => {
    expect(planned({ target: "petal", task: "number", without: ["color"] }, flowers)).toEqual({
      plan: { target: "petal", task: "number", features: ["id", "species"] },
      notices: [],
    });
    expect(planned({ ...proposed, task: "number" }, flowers).plan!.task).toBe("number");
  });

  it("says which columns of an address the table does not have, and goes on without them", () => {
    const { plan, notices } = planned({ target: "sepal", task: "auto", without: ["leaf", "color"] }, flowers);
    expect(plan).toEqual({ target: "species", task: "class", features: ["id", "petal"] });
    expect(notices).toEqual([
      "There is no column “sepal”; “species” is taken as the target.",
      "There is no column “leaf” to be left out.",
    ]);
  });

  it("says what cannot be predicted so", () => {
    expect(planned({ ...proposed, target: "name" }, flowers).notices).toEqual([
      "“name” cannot be predicted; “species” is taken as the target.",
    ]);
    expect(planned({ ...proposed, target: "color", task: "number" }, flowers)).toMatchObject({
      plan: { task: "class" },
      notices: ["“color” has no numbers; it is predicted as a class."],
    });
    expect(planned({ ...proposed, target: "petal", task: "class" }, flowers)).toMatchObject({
      plan: { task: "number" },
      notices: ["“petal” has too many different numbers to be classes; it is predicted as a number."],
    });
  });

  it("is none without features, or without something to predict", async () => {
    const all = { ...proposed, without: ["id", "petal", "color"] };
    expect(planned(all, flowers)).toEqual({
      plan: undefined,
      notices: ["No features are left: choose a column to predict from."],
    });
    const texts = await summaryOf("a,b\nx,1\ny,1\nz,1\n");
    expect(planned(proposed, texts)).toEqual({
      plan: undefined,
      notices: [expect.stringMatching(/No column can be predicted/)],
    });
  });
});
