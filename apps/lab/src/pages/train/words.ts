import { endInWords } from "../../networks/end.ts";
import type { NetworkHistory } from "../../networks/history.ts";

/** What the library warns of, without its name. */
export function warningOf({ warnings }: NetworkHistory): string | undefined {
  const text = warnings.map((warning) => warning.replace(/^evenkeel: /, "")).join(" ");
  return text === "" ? undefined : `${text[0]!.toUpperCase()}${text.slice(1)}`;
}

/** Why a network goes on no more. */
export function endOf({ end }: NetworkHistory): string | undefined {
  return end && endInWords(end);
}
