import { type Dataset, dataset, parseIdx, type TrainTest, tensor } from "evenkeel";
import type { DigitDataset } from "../networks/experiment.ts";

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

const parts = new Map<string, Promise<Dataset>>();

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
  const files = [...wanted, ...manifest.test];
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let loaded = 0;
  const read = (part: Part) => {
    const url = new URL(part.file, folder);
    const known = parts.get(url.href) ?? readPart(url, manifest.classes);
    parts.set(url.href, known);
    known.catch(() => parts.delete(url.href));
    return known.then((data) => {
      loaded += part.bytes;
      onProgress(loaded, total);
      return data;
    });
  };
  const [train, test] = await Promise.all([wanted, manifest.test].map((list) => Promise.all(list.map(read))));
  return {
    train: joined(`${name} training`, train!, examples),
    test: joined(`${name} test`, test!, Number.POSITIVE_INFINITY),
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

async function readPart(url: URL, classes: readonly string[]): Promise<Dataset> {
  const packed = (await fetched(url)).body!.pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
  const count = new DataView(bytes.buffer).getUint32(4);
  const imageBytes = 16 + count * 784;
  const x = parseIdx(bytes.subarray(0, imageBytes));
  const y = parseIdx(bytes.subarray(imageBytes));
  return dataset({ x, y, classes });
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
