import type { ClaimEntry, ClaimRecord, Ledger, LedgerWork, Outcome } from "evenkeel-experiments/record";
import type { Settings } from "./page.ts";

const loaded = new Map<string, Promise<unknown>>();

/** Loads all claims at a glance, once in a visit. @throws Error when they cannot be loaded. */
export function loadLedger(): Promise<Ledger> {
  return load("ledger.json") as Promise<Ledger>;
}

/** Loads a claim with its figures, once in a visit. @throws Error when it cannot be loaded. */
export function loadClaim(id: string): Promise<ClaimRecord> {
  return load(`${id}.json`) as Promise<ClaimRecord>;
}

function load(file: string): Promise<unknown> {
  const known = loaded.get(file) ?? fetched(file);
  loaded.set(file, known);
  // Another attempt may succeed.
  known.catch(() => loaded.delete(file));
  return known;
}

async function fetched(file: string): Promise<unknown> {
  const what = file === "ledger.json" ? "The ledger of claims" : `The claim ${file.replace(".json", "")}`;
  const response = await fetch(new URL(`claims/${file}`, document.baseURI)).catch((cause) => {
    throw new Error(`${what} could not be loaded: there is no connection.`, { cause });
  });
  if (!response.ok) throw new Error(`${what} could not be loaded: the server says ${response.status}.`);
  return response.json();
}

/** A work with those of its claims that are shown. */
export interface Group {
  work: LedgerWork;
  claims: ClaimEntry[];
}

/** The claims that are asked for, under their works. */
export function groupsOf(
  { works, claims }: Pick<Ledger, "works" | "claims">,
  { verdict, work, search }: Pick<Settings, "verdict" | "work" | "search">,
): Group[] {
  const words = search.toLowerCase().split(/\s+/);
  const shown = claims.filter(
    (claim) =>
      (verdict === "all" || claim.outcome === verdict) &&
      (work === "all" || claim.work === work) &&
      words.every((word) => textOf(claim).includes(word)),
  );
  return works
    .map((each) => ({ work: each, claims: shown.filter((claim) => claim.work === each.id) }))
    .filter((group) => group.claims.length > 0);
}

/** How many claims came out in a way. */
export function countOf(claims: readonly ClaimEntry[], outcome: Outcome): number {
  return claims.filter((claim) => claim.outcome === outcome).length;
}

/** All words of a claim, in small letters. */
function textOf({ id, title, statement, source, published, remark, measured }: ClaimEntry): string {
  return [id, title, statement, source, published, remark, measured?.title].join(" ").toLowerCase();
}
