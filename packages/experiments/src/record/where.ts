import type { Work } from "../claim/works.js";

/** The address of a work, where its `where` says one. */
export function addressOf({ where }: Pick<Work, "where">): string | undefined {
  if (where.startsWith("arXiv ")) return `https://arxiv.org/abs/${where.slice("arXiv ".length)}`;
  return /^[\w.-]+\.[a-z]+\/\S+$/.test(where) ? `https://${where}` : undefined;
}
