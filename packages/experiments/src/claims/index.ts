import type { Claim } from "../claim/claim.js";
import { workOf } from "../claim/claim.js";
import { type WorkId, works } from "../claim/works.js";
import { beyond } from "./beyond/index.js";
import { bjorck } from "./bjorck/index.js";
import { caffeNet } from "./caffenet/index.js";
import { deSmith } from "./de-smith/index.js";
import { ioffeSzegedy } from "./ioffe-szegedy/index.js";
import { lectures } from "./lectures/index.js";
import { santurkar } from "./santurkar/index.js";

/** All claims, work by work, in the order of their numbers. */
export const claims: readonly Claim[] = [
  ...ioffeSzegedy,
  ...bjorck,
  ...santurkar,
  ...deSmith,
  ...caffeNet,
  ...lectures,
  ...beyond,
];

/**
 * The claims that are meant by ids (`IS15-8`), works (`IS15`) or `all`, each once, in the order of the list.
 *
 * @throws RangeError for a name that is none of them, saying what there is.
 */
export function requireClaims(names: readonly string[]): Claim[] {
  const meant = new Set<Claim>();
  for (const name of names.flatMap((each) => each.split(","))) {
    const upper = name.toUpperCase();
    const found = claims.filter((claim) => name === "all" || claim.id === upper || workOf(claim) === upper);
    if (found.length === 0) throw new RangeError(unknown(name));
    for (const claim of found) meant.add(claim);
  }
  return claims.filter((claim) => meant.has(claim));
}

function unknown(name: string): string {
  const work = name.toUpperCase().replace(/-.*$/, "");
  const ofWork = claims.filter((claim) => workOf(claim) === work).map(({ id }) => id);
  const choices =
    ofWork.length > 0
      ? `${works[work as WorkId].citation} has ${ofWork.join(", ")}`
      : `There are ${Object.keys(works).join(", ")}, ids such as ${claims[0]!.id}, and all`;
  return `There is no claim "${name}". ${choices}; "npx evenkeel-cli claims" lists them.`;
}
