import type { Component } from "svelte";
import type { Fields } from "../address/fields.ts";
import type { Engine } from "../engine/engine.svelte.ts";

/** Settings that are known to show something. */
export interface Preset<S> {
  name: string;
  /** What differs from the defaults. */
  settings: Partial<S>;
  /** What to look for, in a sentence. */
  look: string;
  /** Whether it is here to be seen failing. Default false. */
  fails?: boolean;
}

/** What a page's component is given. */
export interface PageProps<S extends object> {
  /** A reactive object (bindable): what the page changes in it stands in the address at once. */
  settings: S;
  /** The worker in which everything is computed. */
  engine: Engine;
}

/** A page of the lab. */
export interface Page<S extends object> {
  /** Its place in the address, behind `#/`. */
  path: string;
  title: string;
  /** What there is to see, in a sentence or two. */
  summary: string;
  fields: Fields<S>;
  presets: readonly Preset<S>[];
  /** Settings that only say what is looked at: a preset stays taken when they change. Default none. */
  selections?: readonly (keyof S & string)[];
  /** The component, loaded when the page is opened. */
  load(): Promise<{ default: Component<PageProps<S>, object, "settings"> }>;
}

/** A page whatever its settings are. */
// biome-ignore lint/suspicious/noExplicitAny: a list of pages has settings of all kinds, which only their own component reads.
export type AnyPage = Page<any>;
