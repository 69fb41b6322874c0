import { type Dataset, dataset, parseIdx, type TrainTest, tensor } from "evenkeel";
import type { DigitDataset } from "./names.ts";

/** What of a data set has come, in bytes. */
export type LoadProgress = (loaded: number, total: number) => void;

/** What lies beside the page for each data set: `manifest.json`, written by build/digits.ts. */
interface Manifest {
  classes: string[];
  /** Files of equally many training images each, then their labels. */
  train: Part[];
  test: Part[];
}

/** One file: images as IDX, gzipped, with the labels' IDX behind them. */
interface Part {
  file: string;
  /** Size of the file. */
  bytes: number;
  examples: number;
}

/** Parts that were asked for, and how much of each has come. */
const parts = new Map<string, { data: Promise<Dataset>; loaded: number; watchers: Set<() => void> }>();

/**
 * Loads the front of a data set, in files of some thousand images each; what was loaded before is kept.
 *
 * @param examples how many training images are wanted; at most as many as the lab brings along are given.
 * @throws Error when a file cannot be loaded.
 */
export async function loadDigits(
  name: DigitDataset,
  examples: number,
  onProgress: LoadProgress = () => {},
): Promise<TrainTest> {
  const folder = new URL(`data/${name}/`, baseOf());
  const manifest = (await (await fetched(new URL("manifest.json", folder))).json()) as Manifest;
  const wanted = manifest.train.filter(
    (_, index) => manifest.train.slice(0, index).reduce((sum, part) => sum + part.examples, 0) < examples,
  );
  const files = [...wanted, ...manifest.test].map((part) =>
    partOf(new URL(part.file, folder), part, manifest.classes),
  );
  const total = [...wanted, ...manifest.test].reduce((sum, { bytes }) => sum + bytes, 0);
  const watch = () =>
    onProgress(
      files.reduce((sum, { loaded }) => sum + loaded, 0),
      total,
    );
  for (const { watchers } of files) watchers.add(watch);
  watch();
  const all = await Promise.all(files.map(({ data }) => data)).finally(() => {
    for (const { watchers } of files) watchers.delete(watch);
  });
  return {
    train: joined(`${name} training`, all.slice(0, wanted.length), examples),
    test: joined(`${name} test`, all.slice(wanted.length), Number.POSITIVE_INFINITY),
  };
}

/** The folder of the page; the worker's own address is that of a script further down. */
function baseOf(): URL {
  return new URL(
    import.meta.env.BASE_URL.startsWith(".") ? "../" : import.meta.env.BASE_URL,
    self.location.href,
  );
}

async function fetched(url: URL): Promise<Response> {
  const response = await fetch(url).catch((cause) => {
    throw new Error(`${url.pathname} could not be loaded: there is no connection.`, { cause });
  });
  if (response.ok) return response;
  throw new Error(`${url.pathname} could not be loaded: the server says ${response.status}.`);
}

/** A part, which is loaded once for all who ask for it; one that could not be loaded is asked for again. */
function partOf(url: URL, { bytes }: Part, classes: readonly string[]) {
  const known = parts.get(url.href);
  if (known) return known;
  const watchers = new Set<() => void>();
  const part = { loaded: 0, watchers, data: Promise.resolve().then(load) };
  async function load(): Promise<Dataset> {
    const response = await fetched(url);
    const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        part.loaded = Math.min(bytes, part.loaded + chunk.length);
        controller.enqueue(chunk);
        for (const watcher of watchers) watcher();
      },
    });
    const data = await parsed(url, response.body!.pipeThrough(counted), classes);
    part.loaded = bytes;
    return data;
  }
  parts.set(url.href, part);
  part.data.catch(() => parts.delete(url.href));
  return part;
}

async function parsed(
  url: URL,
  packed: ReadableStream<Uint8Array<ArrayBuffer>>,
  classes: readonly string[],
): Promise<Dataset> {
  try {
    const unpacked = packed.pipeThrough(new DecompressionStream("gzip"));
    const bytes = new Uint8Array(await new Response(unpacked).arrayBuffer());
    const count = new DataView(bytes.buffer).getUint32(4);
    const imageBytes = 16 + count * 784;
    const x = parseIdx(bytes.subarray(0, imageBytes));
    const y = parseIdx(bytes.subarray(imageBytes));
    return dataset({ x, y, classes });
  } catch (cause) {
    throw new Error(`${url.pathname} came incomplete or damaged. Reload the page to load it again.`, {
      cause,
    });
  }
}

function joined(name: string, all: readonly Dataset[], most: number): Dataset {
  const count = Math.min(
    most,
    all.reduce((sum, { x }) => sum + x.shape[0]!, 0),
  );
  const pixels = new Uint8Array(count * 784);
  const labels = new Uint8Array(count);
  let place = 0;
  for (const { x, y } of all) {
    const taken = Math.min(x.shape[0]!, count - place);
    pixels.set((x.data as Uint8Array).subarray(0, taken * 784), place * 784);
    labels.set((y.data as Uint8Array).subarray(0, taken), place);
    place += taken;
  }
  return dataset({ x: tensor(pixels, [count, 28, 28]), y: tensor(labels), name, classes: all[0]!.classes! });
}
