import { missing } from "../figures/numbers.js";
import { counted, duration } from "../record/amounts.js";
import { byWork } from "../record/outcome.js";
import { type Size, sizes } from "../runs/run.js";
import type { ReportContent } from "./content.js";

/** So many exceptions are named in a sentence. */
const mostNamed = 4;

/** What was run, in a sentence or two. */
export function aboutLine({ claims, runs, machine }: ReportContent): string {
  const works = byWork(claims).length;
  return `${counted(claims.length, "claim")} from ${counted(works, "work")}, tested at size ${sizesText({ claims }, mostNamed)} with ${seedCounts({ claims })} by ${counted(runs.count, "run")}, which took ${duration(runs.seconds)} of computing, on ${machine.cpu}, ${counted(machine.cores, "core")}.`;
}

/** Machine, versions, date and time. */
export function factsOf({
  claims,
  machine,
  device,
  versions,
  begun,
  seconds,
  runs,
}: ReportContent): [string, string][] {
  return [
    ["size", sizesText({ claims })],
    ["seeds", seedCounts({ claims })],
    [
      "machine",
      `${machine.cpu}, ${counted(machine.cores, "core")}, ${machine.memoryGiB} GiB, ${machine.system}`,
    ],
    ["device", device],
    [
      "versions",
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    ],
    ["begun", begun],
    [
      "runs",
      `${counted(runs.count, "run")}, ${duration(runs.seconds)} in all${runs.kept > 0 ? `, ${runs.kept} of them kept from before` : ""}`,
    ],
    ["time by the clock", duration(seconds)],
  ];
}

/** A title with a full stop, where it has no mark of its own. */
export function sentence(title: string): string {
  return /[.?!]$/.test(title) ? title : `${title}.`;
}

/**
 * The sizes of all claims, the most frequent first, with those that differ: `laptop (IS15-12, IS15-13: smoke)`.
 *
 * @param most so many are named, more are counted: `laptop (6 claims: smoke)`.
 */
function sizesText({ claims }: Pick<ReportContent, "claims">, most = Number.POSITIVE_INFINITY): string {
  const claimsOf = (size: Size) => claims.filter((report) => report.size === size);
  const [usual, ...others] = sizes
    .filter((size) => claimsOf(size).length > 0)
    .sort((a, b) => claimsOf(b).length - claimsOf(a).length);
  if (!usual) return missing;
  const exceptions = others.map((size) => {
    const ids = claimsOf(size).map(({ claim }) => claim.id);
    return `${ids.length > most ? counted(ids.length, "claim") : ids.join(", ")}: ${size}`;
  });
  return exceptions.length > 0 ? `${usual} (${exceptions.join("; ")})` : usual;
}

/** How many seeds: `5 seeds`, `2 to 5 seeds`. */
function seedCounts({ claims }: Pick<ReportContent, "claims">): string {
  const counts = claims.map(({ seeds }) => seeds.length);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least < most ? `${least} to ${most} seeds` : counted(most, "seed");
}
