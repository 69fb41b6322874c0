import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cifar10 } from "../cifar10.js";
import { type PublishedDataset, published } from "../published.js";
import { type FetchProgress, fetchDataset, fetchPublished } from "./fetch.js";
import { archiveOf, noise, publishedAs } from "./testing/datasets.js";
import { archive, files, inner, servedCifar } from "./testing/served-cifar.js";

const served = servedCifar();
const { server, fetch, failure, names, partial, expectWhole } = served;
afterEach(() => vi.unstubAllEnvs());

describe("fetching an archive", () => {
  it("unpacks the data set's files and leaves nothing else", async () => {
    expect(await fetch()).toEqual({ folder: join(served.folder, inner), fetched: true });
    expectWhole();
    expect(existsSync(join(served.folder, "..", "escaped.bin"))).toBe(false);
    const { train, test } = await cifar10({ folder: served.folder });
    expect([train.x.shape[0], test.x.shape[0]]).toEqual([100, 20]);
  });

  it("takes the class names along where the archive has them", async () => {
    const named = new Map([...files, ["batches.meta.txt", Buffer.from("airplane\n")]]);
    served.publish(await archiveOf(named));
    await fetch();
    expect(names(inner)).toEqual([...named.keys()].sort());
  });

  it("tells how far it is: download, check, unpack, each up to the whole", async () => {
    const progress: FetchProgress[] = [];
    await fetch({ onProgress: (now) => progress.push(now) });
    expect([...new Set(progress.map(({ step }) => step))]).toEqual(["download", "check", "unpack"]);
    for (const step of ["download", "unpack"]) {
      const done = progress.filter((now) => now.step === step).map((now) => now.done);
      expect(done).toEqual([...done].sort((a, b) => a - b));
      expect(done.at(-1)).toBe(served.packed.length);
    }
    expect(progress[0]).toEqual({
      file: archive,
      source: `${server.url}/${archive}`,
      step: "download",
      done: 0,
      total: served.packed.length,
    });
  });

  it("does nothing when all is there, and fetches again when forced to", async () => {
    await fetch();
    server.requests = [];
    expect(await fetch()).toEqual({ folder: join(served.folder, inner), fetched: false });
    expect(server.requests).toEqual([]);
    writeFileSync(join(served.folder, inner, "test_batch.bin"), "damaged");
    expect(await fetch({ force: true })).toMatchObject({ fetched: true });
    expectWhole();
  });

  it("fetches what is incomplete, and leaves what else is there", async () => {
    await fetch();
    rmSync(join(served.folder, inner, "test_batch.bin"));
    writeFileSync(join(served.folder, inner, "notes.txt"), "mine");
    expect(await fetch()).toMatchObject({ fetched: true });
    expect(readFileSync(join(served.folder, inner, "notes.txt"), "utf8")).toBe("mine");
    rmSync(join(served.folder, inner, "notes.txt"));
    expectWhole();
  });

  it("ends with the error of a callback", async () => {
    const mistake = new Error("a mistake in the callback");
    const onProgress = ({ done }: FetchProgress) => {
      if (done > 0) throw mistake;
    };
    await expect(fetch({ onProgress })).rejects.toBe(mistake);
    await fetch();
    expectWhole();
  });

  it("has no final name in the folder before everything is whole", async () => {
    const seen = new Set<string>();
    await fetch({
      onProgress: () => {
        for (const name of names()) seen.add(name.replace(/-\w{6}$/, "-"));
      },
    });
    expect([...seen].sort()).toEqual([
      ".fetching",
      ".unpacking-",
      `${archive}.partial`,
      `${archive}.partial.version`,
    ]);
  });

  it("refuses an archive without the files, keeps it, and leaves what was there", async () => {
    await fetch();
    served.publish(await archiveOf(new Map([["data_batch_1.bin", noise(3073)]])));
    expect(await failure({ force: true })).toMatch(
      /tar\.gz\.partial: expected data_batch_2\.bin, .*test_batch\.bin in its folder cifar-10-batches-bin, found none/,
    );
    expect(names()).toEqual([inner, `${archive}.partial`, `${archive}.partial.version`].sort());
    for (const name of names().filter((name) => name !== inner)) rmSync(join(served.folder, name));
    expectWhole();
  });
});

describe("fetching single files", () => {
  const downloads = new Map(
    published.mnist.files.map((file, index) => [`${file}.gz`, gzipSync(noise(500, index))]),
  );
  let mnist: PublishedDataset;
  beforeEach(() => {
    for (const [file, bytes] of downloads) server.files.set(file, bytes);
    mnist = publishedAs(published.mnist, server.url, downloads);
  });

  it("keeps them as they are published", async () => {
    expect(await fetchPublished(mnist, { folder: served.folder })).toEqual({
      folder: served.folder,
      fetched: true,
    });
    expect(names()).toEqual([...downloads.keys()].sort());
    for (const [file, bytes] of downloads)
      expect(readFileSync(join(served.folder, file)).equals(bytes)).toBe(true);
  });

  it("fetches those that are missing", async () => {
    mkdirSync(served.folder);
    writeFileSync(join(served.folder, "train-images-idx3-ubyte"), "unpacked");
    writeFileSync(join(served.folder, "t10k-labels-idx1-ubyte.gz"), "packed");
    await fetchPublished(mnist, { folder: served.folder });
    expect(server.requests.map(({ path }) => path)).toEqual([
      "train-labels-idx1-ubyte.gz",
      "t10k-images-idx3-ubyte.gz",
    ]);
  });

  it("keeps those that came before a failure", async () => {
    server.files.delete("t10k-images-idx3-ubyte.gz");
    await expect(fetchPublished(mnist, { folder: served.folder })).rejects.toThrow("answered 404");
    expect(names()).toEqual(["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"]);
  });
});

describe("another source", () => {
  let mirror: string;
  beforeEach(() => {
    mirror = `${served.folder}-mirror`;
    mkdirSync(mirror);
    writeFileSync(join(mirror, archive), served.packed);
  });

  it("may be an address of a folder or of the archive", async () => {
    server.files.set(`mirror/data/${archive}`, served.packed);
    for (const from of ["/mirror/data", "/mirror/data/", `/mirror/data/${archive}`]) {
      await fetch({ from: server.url + from, force: true });
      expectWhole();
    }
    expect(server.requests.map(({ path }) => path)).toEqual(Array(3).fill(`mirror/data/${archive}`));
  });

  it("may be a folder or the archive on this machine", async () => {
    const renamed = join(mirror, "renamed.tgz");
    writeFileSync(renamed, served.packed);
    const file = join(mirror, archive);
    for (const from of [mirror, file, renamed, String(pathToFileURL(mirror)), pathToFileURL(file)]) {
      await fetch({ from, force: true });
      expectWhole();
    }
    expect(server.requests).toEqual([]);
    expect(readdirSync(mirror).sort()).toEqual([archive, "renamed.tgz"]);
  });

  it("that is none is refused before anything is written", async () => {
    expect(await failure({ from: join(mirror, "none") })).toContain("no such file or folder to fetch from");
    expect(await failure({ from: "ftp://example.org" })).toContain("Expected an http or https address");
    expect(await failure({ from: "" })).toContain("Expected where to fetch from");
    await expect(
      fetchDataset("mnist", { folder: served.folder, from: join(mirror, archive) }),
    ).rejects.toThrow("expected a folder that holds train-images-idx3-ubyte.gz");
    // @ts-expect-error there is no such option
    await expect(fetchDataset("mnist", { folder: served.folder, source: mirror })).rejects.toThrow(
      'has no option "source"',
    );
    // @ts-expect-error there is no such data set
    await expect(fetchDataset("imagenet", { folder: served.folder })).rejects.toThrow(
      'There is no data set "imagenet". There are: cifar10, mnist, fashion-mnist.',
    );
    expect(existsSync(served.folder)).toBe(false);
  });

  it("without the file is named", async () => {
    rmSync(join(mirror, archive));
    expect(await failure({ from: mirror })).toContain(
      `${join(mirror, archive)}: there is no such file. Name another`,
    );
  });

  it("with another file is refused by the hash of the official one", async () => {
    writeFileSync(join(mirror, archive), noise(served.packed.length));
    expect(await failure({ from: mirror })).toContain("its MD5 is");
    expect(names()).toEqual([]);
  });

  it("may be the folder itself, when someone has put the archive there", async () => {
    mkdirSync(served.folder);
    writeFileSync(join(served.folder, archive), served.packed);
    await fetch();
    expect(server.requests).toEqual([]);
    expect(names()).toEqual([archive, inner].sort());
  });

  it("is not the folder itself when what lies there is something else", async () => {
    mkdirSync(served.folder);
    writeFileSync(join(served.folder, archive), "something else");
    expect(await failure()).toMatch(/is there, but is not the published file: its MD5 is \w+.*Remove it/);
    expect(names()).toEqual([archive]);
    await fetch({ force: true });
    expect(names()).toEqual([inner, archive].sort());
    expect(readFileSync(join(served.folder, archive), "utf8")).toBe("something else");
    rmSync(join(served.folder, archive));
    expectWhole();
  });
});

describe("the place", () => {
  it("is the folder that the data set is looked for in first", async () => {
    vi.stubEnv("EVENKEEL_CIFAR10", served.folder);
    expect((await fetchPublished(served.dataset, {})).folder).toBe(join(served.folder, inner));
    expectWhole();
  });

  it("is fetched into by one at a time", async () => {
    const first = fetch();
    expect(await failure()).toContain(
      `Fetching CIFAR-10 into ${served.folder} is under way already, in process ${process.pid}`,
    );
    await first;
    expectWhole();
  });

  it("that is a file is refused", async () => {
    writeFileSync(served.folder, "a file");
    expect(await failure()).toContain(`Cannot make the folder "${served.folder}"`);
  });

  /** Files that gzip makes small. */
  const zeros = new Map([...files].map(([file, { length }]) => [file, new Uint8Array(length)]));

  it.each([
    ["the archive", () => served.packed, (kept: number) => kept < served.packed.length],
    ["an unpacked file", () => archiveOf(zeros), (kept: number) => kept > 0],
  ])("on a disk that takes only a part of %s gets no final name", async (_, content, isKept) => {
    const mirror = `${served.folder}-mirror`;
    mkdirSync(mirror);
    const bytes = await content();
    writeFileSync(join(mirror, archive), bytes);
    served.publish(bytes);
    const built = new URL("../../../dist/data/fetch/fetch.js", import.meta.url);
    expect(existsSync(fileURLToPath(built)), "the library must be built: npm run build").toBe(true);
    const script = `import { fetchPublished } from ${JSON.stringify(built.href)};
      await fetchPublished(${JSON.stringify(served.dataset)}, ${JSON.stringify({ folder: served.folder, from: mirror })});`;
    // No file may grow beyond a few kilobytes: the first part of a write succeeds, the rest fails or kills.
    const { status } = spawnSync(
      "sh",
      ["-c", 'ulimit -f 32; exec "$@"', "sh", process.execPath, "--input-type=module", "--eval", script],
      { stdio: "ignore" },
    );
    expect(status).not.toBe(0);
    expect(isKept(partial().length)).toBe(true);
    expect(existsSync(join(served.folder, archive))).toBe(false);
    expect(existsSync(join(served.folder, inner))).toBe(false);
  });
});
