import { type Claim, type WorkId, workOf, works } from "evenkeel-experiments";
import { paint } from "../terminal/colors.js";
import { wrapped } from "../terminal/table.js";
import { claimsOf } from "./options.js";

/** The options of `claims`, as they were typed. */
export interface ClaimsCommandOptions {
  /** Print one JSON document. */
  json?: boolean;
}

/** Runs `evenkeel claims`. @throws UsageError for a name that is no claim's and no work's. */
export function claimsCommand(names: readonly string[], { json }: ClaimsCommandOptions): void {
  const claims = claimsOf(names.length > 0 ? names : ["all"]);
  if (json) console.log(JSON.stringify(claims.map(described), null, 2));
  else console.log(claimLines(claims, process.stdout.columns ?? 100).join("\n"));
}

/** Claims under the works that they are from. */
export function claimLines(claims: readonly Claim[], width: number): string[] {
  const present = [...new Set(claims.map(workOf))];
  const indent = Math.max(...claims.map(({ id }) => id.length)) + 4;
  const lines = present.flatMap((work) => [
    ...workLines(work, width),
    ...claims
      .filter((claim) => workOf(claim) === work)
      .flatMap((claim) => [
        `  ${paint.bold(claim.id.padEnd(indent - 2))}${claim.title} ${paint.dim(`(${claim.source})`)}`,
        ...indented(claim.statement, indent, width),
      ]),
    "",
  ]);
  return [...lines, "Test them, by ids and works, or all: npx evenkeel-cli test-claim IS15-8 BJ18"];
}

function workLines(work: WorkId, width: number): string[] {
  const { citation, title, where } = works[work];
  return [`${paint.bold(work)}  ${citation}`, ...indented(`${title} (${where})`, 2, width).map(paint.dim)];
}

function indented(text: string, indent: number, width: number): string[] {
  return wrapped(text, Math.max(40, Math.min(width, 110) - indent)).map((line) => " ".repeat(indent) + line);
}

/** A claim as plain data. */
function described(claim: Claim): object {
  const { id, title, statement, source, published, setting } = claim;
  const work = workOf(claim);
  return { id, title, statement, work, citation: works[work].citation, source, published, setting };
}
