import { parseAddress, readSettings, writeAddress } from "../address/address.ts";
import { type DeviceChoice, deviceField as device } from "../engine/choice.ts";
import { Engine } from "../engine/engine.svelte.ts";
import { pages } from "../pages/index.ts";
import type { AnyPage } from "./page.ts";

/** The page that is open, its settings, and the address that says both. */
export class Visit {
  page = $state.raw<AnyPage>(pages[0]!);
  // biome-ignore lint/suspicious/noExplicitAny: settings of any page.
  settings = $state<any>({});
  /** What of the address could not be taken. */
  notices = $state<readonly string[]>([]);
  engine = $state.raw(new Engine("auto"));
  /** Goes up when a page has to begin anew: another page, another device. */
  opened = $state(0);

  /** Takes what the address says. */
  open(hash: string): void {
    const { path, query } = parseAddress(hash);
    const page = pages.find((candidate) => candidate.path === path);
    const { settings, notices } = readSettings({ ...(page ?? pages[0]!).fields, device }, query);
    const { device: choice, ...own } = settings as { device: DeviceChoice };
    this.settings = own;
    const unknown = `There is no page “${path.slice(0, 40)}”. This is the first one.`;
    this.notices = page || path === "" ? notices : [unknown];
    const isOther = this.page !== (page ?? pages[0]!);
    this.page = page ?? pages[0]!;
    this.compute(choice);
    if (isOther) this.opened += 1;
  }

  /** Computes on another device from now on. */
  compute(choice: DeviceChoice): void {
    if (choice === this.engine.choice) return;
    this.engine.stop();
    this.engine = new Engine(choice);
    this.opened += 1;
  }

  /** The address of all this. */
  get address(): string {
    const { path, fields } = this.page;
    return writeAddress(path, { ...fields, device }, { ...this.settings, device: this.engine.choice });
  }

  /** The address of another page, on the same device. What both pages keep in the same field is carried over. */
  addressOf({ path, fields }: AnyPage): string {
    const { settings } = readSettings(fields, new URLSearchParams());
    for (const name of Object.keys(fields)) {
      if (fields[name] === this.page.fields[name]) settings[name] = this.settings[name];
    }
    return writeAddress(path, { ...fields, device }, { ...settings, device: this.engine.choice });
  }
}
