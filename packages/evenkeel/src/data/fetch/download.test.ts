import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { FetchProgress } from "./fetch.js";
import { archiveOf, cifarFiles } from "./testing/datasets.js";
import { archive, servedCifar } from "./testing/served-cifar.js";

const served = servedCifar();
const { server, fetch, failure, brokenBehind, names, partial, expectWhole } = served;

describe("a connection that breaks", () => {
  it("leaves a part, says so, and the next fetch asks for the rest of the same version", async () => {
    const message = await brokenBehind(100_000);
    expect(message).toBe(
      `${server.url}/${archive}: the connection ended after 100,000 of ${served.packed.length.toLocaleString("en")} bytes. ` +
        "What came is kept: run the same again to go on from there.",
    );
    expect(names()).toEqual([`${archive}.partial`, `${archive}.partial.version`]);
    expect(partial().equals(served.packed.subarray(0, 100_000))).toBe(true);

    const progress: FetchProgress[] = [];
    await fetch({ onProgress: (now) => progress.push(now) });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]!.headers).toMatchObject({ range: "bytes=100000-", "if-range": '"first"' });
    expect(progress[0]).toMatchObject({ step: "download", done: 100_000 });
    expectWhole();
  });

  it("several times is gone on from each time", async () => {
    await brokenBehind(100_000);
    await brokenBehind(50_000);
    expect(partial().length).toBe(150_000);
    await fetch();
    expect(server.requests[0]!.headers.range).toBe("bytes=150000-");
    expectWhole();
  });

  it("begins anew with a server that has no parts", async () => {
    await brokenBehind(100_000);
    server.ranges = false;
    await fetch();
    expect(server.requests).toHaveLength(1);
    expectWhole();
  });

  it("begins anew when the server's file has changed", async () => {
    served.publish(await archiveOf(cifarFiles(15)));
    await brokenBehind(100_000);
    served.publish(served.packed);
    server.headers = { etag: '"second"' };
    await fetch();
    expect(server.requests.at(-1)!.headers["if-range"]).toBe('"first"');
    expectWhole();
  });

  it.each([
    {
      headers: { etag: 'W/"weak"', "last-modified": "Mon, 08 Jun 2009 20:43:40 GMT" },
      version: "Mon, 08 Jun 2009 20:43:40 GMT",
    },
    { headers: { etag: 'W/"weak"' }, version: undefined },
    { headers: {}, version: undefined },
  ])("is gone on from with the version $version for $headers", async ({ headers, version }) => {
    server.headers = headers as Record<string, string>;
    await brokenBehind(100_000);
    await fetch();
    expect(server.requests[0]!.headers).toMatchObject({ range: "bytes=100000-" });
    expect(server.requests[0]!.headers["if-range"]).toBe(version);
    expectWhole();
  });

  it("begins anew when the server has no such part, or answers with another", async () => {
    for (const [status, range] of [
      [416, undefined],
      [206, `bytes 7-${served.packed.length - 1}/${served.packed.length}`],
    ] as const) {
      rmSync(served.folder, { recursive: true, force: true });
      server.answer = undefined;
      await brokenBehind(100_000);
      server.answer = (response) => {
        if (server.requests.length > 1)
          response.writeHead(200, { "content-length": served.packed.length }).end(served.packed);
        else response.writeHead(status, range ? { "content-range": range } : {}).end("x");
      };
      await fetch();
      expect(server.requests.map(({ headers }) => headers.range)).toEqual(["bytes=100000-", undefined]);
      expectWhole();
    }
  });

  it("at the very end leaves a whole file, which needs no server", async () => {
    mkdirSync(served.folder);
    writeFileSync(join(served.folder, `${archive}.partial`), served.packed);
    await fetch();
    expect(server.requests).toEqual([]);
    expectWhole();
  });

  it("is also noticed where the server does not say how long the file is", async () => {
    server.answer = (response) => {
      response.writeHead(200);
      response.end(served.packed.subarray(0, 100_000));
    };
    expect(await failure()).toContain("the connection ended after 100,000 of");
  });
});

describe("what is not the published file", () => {
  it("is removed when its hash is another, and what was there stays", async () => {
    await fetch();
    const damaged = Buffer.from(served.packed);
    damaged[1000]! ^= 1;
    server.files.set(archive, damaged);
    expect(await failure({ force: true })).toMatch(
      /cifar-10-binary\.tar\.gz: its MD5 is \w{32}, that of the published file is \w{32}\. .* what came is removed/,
    );
    expectWhole();
  });

  it("is refused for its size before anything is written, and a part stays", async () => {
    await brokenBehind(100_000);
    server.answer = (response) => response.end("<!doctype html>Please log in");
    expect(await failure()).toMatch(
      /it has 28 bytes, the published file has [\d,]+ bytes\. It is another file, or a page in its place/,
    );
    expect(partial().length).toBe(100_000);
  });

  it("is refused when it turns out to be longer", async () => {
    server.answer = (response) => {
      response.write(served.packed);
      response.end("and more");
    };
    expect(await failure()).toContain("it is longer, the published file has");
    expect(names()).toEqual([]);
  });

  it("takes the part along that it would be the end of", async () => {
    await brokenBehind(100_000);
    server.answer = (response) =>
      response.writeHead(206, { "content-range": "bytes 100000-100003/100004" }).end("more");
    expect(await failure()).toContain("it has 100,004 bytes, the published file has");
    expect(names()).toEqual([]);
  });
});

describe("a server", () => {
  const advice = () =>
    `Name another source (from; on the command line, --from), or get ${server.url}/${archive} in another way, put it into ${served.folder}, and run the same again.`;

  it("without the file is named, with what else can be done", async () => {
    server.files.clear();
    expect(await failure()).toBe(`CIFAR-10: ${server.url}/${archive} answered 404 Not Found. ${advice()}`);
    expect(names()).toEqual([]);
  });

  it("that can't be reached is named too", async () => {
    expect(await failure({ from: "http://127.0.0.1:1/data" })).toMatch(
      /^CIFAR-10: cannot reach http:\/\/127\.0\.0\.1:1\/data\/cifar-10-binary\.tar\.gz \(.*ECONNREFUSED.*\)\. Name another source/,
    );
    expect(await failure({ from: "http://nowhere.invalid" })).toMatch(
      /cannot reach http:\/\/nowhere\.invalid/,
    );
  });

  it("that redirects is followed, but not for ever", async () => {
    server.files.set(`moved/${archive}`, served.packed);
    server.answer = (response, path) => {
      if (path === `moved/${archive}`) response.end(served.packed);
      else response.writeHead(302, { location: `/moved/${archive}` }).end();
    };
    await fetch();
    expectWhole();
    server.answer = (response) => response.writeHead(301, { location: `/${archive}` }).end();
    expect(await failure({ force: true })).toContain("redirects more than 5 times");
  });

  it("that calls a .gz file packed does not get it unpacked", async () => {
    server.headers = { "content-encoding": "gzip", "content-type": "application/x-tar" };
    await fetch();
    expectWhole();
  });
});

describe("a fetch that is stopped", () => {
  it("keeps what came, and the next one goes on", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    server.stallAfter = 100_000;
    const stopped = fetch({
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done === 100_000) controller.abort(reason);
      },
    });
    await expect(stopped).rejects.toBe(reason);
    expect(names()).toEqual([`${archive}.partial`, `${archive}.partial.version`]);
    const kept = partial().length;
    expect(kept).toBeGreaterThan(0);
    server.stallAfter = Number.POSITIVE_INFINITY;
    await fetch();
    expect(server.requests.at(-1)!.headers.range).toBe(`bytes=${kept}-`);
    expectWhole();
  });

  it("before the server answers, ends too", async () => {
    const controller = new AbortController();
    server.answer = () => controller.abort();
    await expect(fetch({ signal: controller.signal })).rejects.toMatchObject({ name: "AbortError" });
    expect(names()).toEqual([]);
  });

  it("while it unpacks, leaves no part of a file", async () => {
    const controller = new AbortController();
    const stopped = fetch({
      signal: controller.signal,
      onProgress: ({ step }) => {
        if (step === "unpack") controller.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    expect(names()).toEqual([`${archive}.partial`, `${archive}.partial.version`]);
    server.requests = [];
    await fetch();
    expect(server.requests).toEqual([]);
  });

  it("by an exception in onProgress, at any step, ends with that exception", async () => {
    for (const failing of ["download", "unpack"]) {
      const reason = new Error(`enough of ${failing}`);
      const stopped = fetch({
        onProgress: ({ step }) => {
          if (step === failing) throw reason;
        },
      });
      await expect(stopped).rejects.toBe(reason);
    }
    await fetch();
    expectWhole();
  });

  it("before it begins, writes nothing", async () => {
    await expect(fetch({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
    expect(existsSync(served.folder)).toBe(false);
  });
});
