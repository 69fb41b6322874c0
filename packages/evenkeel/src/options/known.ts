/**
 * Refuses options that do not exist: a misspelt one would be ignored silently where no compiler looks.
 *
 * @param who whose options they are, for example `layers.dense`.
 * @param known every option by name; the type makes the compiler ask for all of them.
 * @param hint said behind the error when it has something to say of the unknown option.
 * @returns the options.
 * @throws TypeError when they are no object, RangeError for an unknown name, listing those there are.
 */
export function requireKnown<Options extends object>(
  who: string,
  options: Options,
  known: Readonly<Record<keyof Options, true>>,
  hint: (unknown: string) => string = () => "",
): Options {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    const names = Object.keys(known).join(", ");
    throw new TypeError(`${who} takes an object of options, got ${shown(options)}. Its options: ${names}.`);
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    throw new RangeError(
      `${who} has no option "${name}". It has: ${Object.keys(known).join(", ")}.${hint(name)}`,
    );
  }
  return options;
}

/** A value as an error message shows it: in full when it is short, by its size when it holds many numbers. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return `the function ${value.name || "(without name)"}; call it`;
  if (typeof value !== "object" || value === null) return String(value);
  const text = JSON.stringify(value, briefly) ?? String(value);
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}

const longest = 200;

/** Keeps what JSON writes short: data by their size, objects of a class by its name. */
function briefly(_: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${(value as Uint8Array).length}`;
  if (Array.isArray(value)) return value.length <= 20 ? value : `an array of ${value.length}`;
  const maker: { name: string } | undefined = value.constructor;
  return maker === Object || maker === undefined ? value : maker.name;
}
