import { type IncomingMessage, request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";

/** Redirections that are followed. */
const mostRedirections = 5;

/** Milliseconds without a byte after which a connection counts as broken. */
const patience = 60_000;

/**
 * Asks for an address, and follows redirections. Not by `fetch`: that unpacks what a server calls packed, and some
 * call a `.gz` file so, but the file's hash and its parts are meant as it is.
 *
 * @param headers names in lower case.
 * @returns the answer, whatever its status. Its body has to be read or destroyed.
 * @throws Error naming the address when no connection comes about; the signal's reason when it is aborted.
 */
export async function get(
  address: URL,
  headers: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  let at = address;
  for (let redirections = 0; redirections <= mostRedirections; redirections++) {
    const response = await ask(at, headers, signal);
    const { location } = response.headers;
    if (![301, 302, 303, 307, 308].includes(response.statusCode!) || location === undefined) return response;
    response.destroy();
    at = new URL(location, at);
  }
  throw new Error(`${address} redirects more than ${mostRedirections} times`);
}

function ask(
  address: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  const request = address.protocol === "https:" ? secureRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const asked = request(address, {
      headers: { ...headers, "user-agent": "evenkeel" },
      signal,
      agent: false,
    });
    asked.on("response", (response) => {
      // Whoever reads the body hears of its errors; one that nobody reads any more may fail in peace.
      response.on("error", () => {});
      resolve(response);
    });
    asked.setTimeout(patience, () => asked.destroy(new Error(`nothing came for ${patience / 1000} seconds`)));
    asked.on("error", (cause) => {
      if (signal?.aborted) reject(signal.reason);
      else reject(new Error(`cannot reach ${address} (${reasonOf(cause)})`, { cause }));
    });
    asked.end();
  });
}

/** A connection tried at several addresses fails with an error that has a code but no message. */
function reasonOf(cause: NodeJS.ErrnoException): string {
  return cause.message || cause.code || "no reason was given";
}
