/**
 * Fetches a whole file.
 *
 * @throws Error naming the address when it cannot be reached, has no such file, or gives a web page in its place.
 */
export async function fetchFile(address: string): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch (cause) {
    throw new Error(
      `${address} cannot be fetched (${(cause as Error).message}). Does the server run, and does it let pages of other origins read it (CORS)?`,
      { cause },
    );
  }
  if (!response.ok)
    throw new Error(`${address} answered ${response.status} ${response.statusText}`.trimEnd());
  // Many servers answer with their own page where there is no such file.
  if (response.headers.get("content-type")?.startsWith("text/html")) {
    throw new Error(`${address} gave a web page: there is probably no such file`);
  }
  return new Uint8Array(await response.arrayBuffer());
}
