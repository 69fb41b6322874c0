import { expect, it } from "vitest";
import { parseAddress, readSettings, writeAddress } from "../address/address.ts";
import { pages } from "./index.ts";

it.each(pages)("the address of $title holds every setting of every preset", ({ path, fields, presets }) => {
  const settingsOf = (address: string) => readSettings(fields, parseAddress(address).query);
  for (const { settings } of presets) {
    const wanted = { ...settingsOf("").settings, ...settings };
    expect(settingsOf(writeAddress(path, fields, wanted))).toEqual({ settings: wanted, notices: [] });
  }
});
