import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { experimentFields, experimentOf } from "./fields.ts";
import { identitiesOf } from "./names.ts";
import { settingsWith } from "./testing.ts";

const namesOf = (...networks: Parameters<typeof settingsWith>[0][]) =>
  identitiesOf(networks.map(settingsWith)).map(({ name }) => name);

describe("names of networks", () => {
  it("say what differs, and only that", () => {
    expect(namesOf({ placement: "none" }, { placement: "before" })).toEqual([
      "no batch norm",
      "batch norm before the activation",
    ]);
    expect(namesOf({ learningRate: 0.5 }, { learningRate: 2 })).toEqual(["rate 0.5", "rate 2"]);
    expect(namesOf({ placement: "none", depth: 1 }, { placement: "after", depth: 4 })).toEqual([
      "no batch norm, 1 layer",
      "batch norm after the activation, 4 layers",
    ]);
  });

  it("say nothing of batch norm's settings where there is none", () => {
    expect(namesOf({ placement: "none" }, { frozen: true }, { momentum: 0.99 })[0]).toBe("no batch norm");
  });

  it("say where batch norm stands when nothing differs", () => {
    expect(namesOf({}, {})).toEqual(["batch norm before the activation", "batch norm before the activation"]);
  });
});

describe("looks of networks", () => {
  it("without batch norm are grey, with it coloured, and the first of those has a plain line", () => {
    const styles = identitiesOf([settingsWith({ placement: "none" }), settingsWith()]).map(
      ({ style }) => style,
    );
    expect(styles[0]!.color).toBe("var(--series-grey)");
    expect(styles[1]).toEqual({ color: "var(--series-1)" });
  });

  it("differ without colour, whatever the networks are", () => {
    const placement = fc.constantFrom("none" as const, "before" as const, "after" as const, "input" as const);
    fc.assert(
      fc.property(fc.array(placement, { minLength: 2, maxLength: 4 }), (placements) => {
        const identities = identitiesOf(placements.map((each) => settingsWith({ placement: each })));
        expect(new Set(identities.map(({ style }) => style.dash)).size).toBe(placements.length);
        expect(new Set(identities.map(({ letter }) => letter)).size).toBe(placements.length);
      }),
    );
  });
});

describe("an experiment as it stands in the address", () => {
  const defaults = Object.fromEntries(
    Object.entries(experimentFields).map(([name, field]) => [name, field.default]),
  ) as Parameters<typeof experimentOf>[0];

  it("gives every network its own value, or the one for all", () => {
    const { networks } = experimentOf({
      ...defaults,
      networks: 3,
      placement: ["none", "before"],
      depth: [2],
      learningRate: [0.1, 0.2, 0.3],
    });
    expect(networks.map(({ placement, depth, learningRate }) => [placement, depth, learningRate])).toEqual([
      ["none", 2, 0.1],
      ["before", 2, 0.2],
      ["before", 2, 0.3],
    ]);
  });
});
