import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { Graph, writeModel } from "../graph/index.js";
import { add } from "../graph/operations.js";
import { layers } from "../layers/index.js";
import { loadCheckpoint, loadModel, sequential } from "../model/index.js";
import { weightBits } from "../testing/bits.js";
import { clusterNetwork, clusters, quiet } from "../testing/clusters.js";
import { singleThread } from "../testing/single-thread.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { readCheckpoint } from "./checkpoint.js";

const folder = temporaryFolder();
const { x, y } = clusters(60);
const modelFile = join(folder, "good.onnx");
const checkpointFile = join(folder, "good.checkpoint");

beforeAll(async () => {
  const model = clusterNetwork({ optimizer: "adam" });
  await model.fit(x, y, quiet);
  await model.save(modelFile);
});

/** Replaces the JSON header of a file in the safetensors format. */
function withHeader(bytes: Buffer, change: (header: Record<string, object>) => unknown): Buffer {
  const length = Number(bytes.readBigUInt64LE(0));
  const header = change(JSON.parse(bytes.subarray(8, 8 + length).toString()));
  const body = bytes.subarray(8 + length);
  // Signed anew: the checksum is that of header and tensors, with zeros in its own place.
  const blank = JSON.stringify(header).replace(/"sha256":"\w+"/, `"sha256":"${"0".repeat(64)}"`);
  const sha256 = createHash("sha256").update(blank).update(body).digest("hex");
  const text = Buffer.from(blank.replace(/"sha256":"\w+"/, `"sha256":"${sha256}"`));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([size, text, body]);
}

type Kind = "model" | "checkpoint";

/** What the header says of a tensor. */
interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

async function expectRefused(kind: Kind, bytes: Uint8Array, reason: string | RegExp): Promise<void> {
  const path = join(folder, `bad.${kind}`);
  writeFileSync(path, bytes);
  const load = kind === "model" ? loadModel : loadCheckpoint;
  const error = await load(path, { runtime: singleThread }).then(
    () => undefined,
    (cause: Error) => cause,
  );
  expect(error, `${kind} of ${bytes.length} bytes was not refused`).toBeDefined();
  expect(error!.message).toContain(`Cannot load the ${kind} "${path}": `);
  expect(error!.message).toMatch(reason);
  expect(Buffer.from(bytes).equals(readFileSync(path))).toBe(true);
}

describe("a checkpoint's file", () => {
  it("is in the safetensors format: a header of names, shapes and places, aligned, and the values", () => {
    const bytes = readFileSync(checkpointFile);
    const length = Number(bytes.readBigUInt64LE(0));
    const { __metadata__, ...tensors } = JSON.parse(bytes.subarray(8, 8 + length).toString());
    expect(__metadata__).toMatchObject({ format: "evenkeel checkpoint", version: "1" });
    expect((8 + length) % 8).toBe(0);
    let end = 0;
    for (const { dtype, shape, data_offsets } of Object.values<Entry>(tensors)) {
      const size = shape.reduce((product, dimension) => product * dimension, 4);
      expect([dtype, data_offsets]).toEqual(["F32", [end, end + size]]);
      end += size;
    }
    expect(bytes.length).toBe(8 + length + end);
    expect(Object.keys(tensors)).toEqual([
      "hidden/kernel",
      "hidden/bias",
      "norm/gamma",
      "norm/beta",
      "norm/runningMean",
      "norm/runningVariance",
      "output/kernel",
      "output/bias",
      "optimizer/firstCorrection",
      "optimizer/secondCorrection",
      ...["hidden/kernel", "hidden/bias", "norm/gamma", "norm/beta", "output/kernel", "output/bias"].flatMap(
        (name) => [`optimizer/${name}/firstMoment`, `optimizer/${name}/secondMoment`],
      ),
    ]);
  });

  it("is read from the middle of a larger buffer too, and leaves it as it is", async () => {
    const bytes = readFileSync(checkpointFile);
    const larger = Buffer.concat([Buffer.alloc(3), bytes]);
    expect(await readCheckpoint(larger.subarray(3))).toEqual(await readCheckpoint(bytes));
    expect(larger.subarray(3).equals(readFileSync(checkpointFile))).toBe(true);
  });

  it("is refused when it is cut off, at whatever length", async () => {
    const bytes = readFileSync(checkpointFile);
    const header = 8 + Number(bytes.readBigUInt64LE(0));
    for (const length of [
      0,
      1,
      7,
      8,
      9,
      100,
      header - 1,
      header,
      header + 1,
      bytes.length - 4,
      bytes.length - 1,
    ]) {
      await expectRefused("checkpoint", bytes.subarray(0, length), /cut off/);
    }
  });

  it("is refused when a bit of its tensors is wrong, or something follows them", async () => {
    const bytes = readFileSync(checkpointFile);
    const flipped = Buffer.from(bytes);
    flipped[bytes.length - 10]! ^= 1;
    await expectRefused("checkpoint", flipped, "its content does not match its checksum");
    await expectRefused("checkpoint", Buffer.concat([bytes, Buffer.of(0)]), "does not match its checksum");
  });

  it("is refused when it is something else", async () => {
    const foreign = withHeader(readFileSync(checkpointFile), ({ __metadata__, ...tensors }) => tensors);
    await expectRefused("checkpoint", foreign, /it is no checkpoint of Evenkeel\.$/);
    const other = withHeader(readFileSync(checkpointFile), (header) => ({
      ...header,
      __metadata__: { format: "pt" },
    }));
    await expectRefused("checkpoint", other, /it is no checkpoint of Evenkeel\.$/);
    await expectRefused("checkpoint", readFileSync(modelFile), /it is no checkpoint, or it is cut off\.$/);
    await expectRefused(
      "checkpoint",
      Buffer.from("some text, longer than eight bytes"),
      /it is no checkpoint/,
    );
    const noJson = Buffer.concat([Buffer.of(4, 0, 0, 0, 0, 0, 0, 0), Buffer.from("{{{{")]);
    await expectRefused("checkpoint", noJson, /it is no checkpoint\.$/);
    for (const text of ["null", "1234"]) {
      await expectRefused(
        "checkpoint",
        Buffer.concat([noJson.subarray(0, 8), Buffer.from(text)]),
        /it is no checkpoint/,
      );
    }
  });

  it("is refused when a newer version wrote it", async () => {
    const newer = withHeader(readFileSync(checkpointFile), ({ __metadata__, ...tensors }) => ({
      __metadata__: { ...__metadata__, version: "2" },
      ...tensors,
    }));
    await expectRefused(
      "checkpoint",
      newer,
      /it was written by a newer Evenkeel \(format 2, this one reads 1\)\.$/,
    );
  });

  it("is refused when a digit of its header is another", async () => {
    const bytes = readFileSync(checkpointFile);
    const text = bytes.toString("latin1");
    const place = text.search(/\\"step\\":\d/) + '\\"step\\":'.length;
    const changed = Buffer.from(bytes);
    changed[place] = text[place] === "9" ? 0x38 : text.charCodeAt(place) + 1;
    await expectRefused("checkpoint", changed, "its content does not match its checksum");
  });

  it("is refused with its name when it holds a layer that this version does not know", async () => {
    const unknown = withHeader(readFileSync(checkpointFile), ({ __metadata__, ...tensors }) => {
      const metadata = __metadata__ as Record<string, string>;
      const description = metadata.description!.replace('"type":"dense"', '"type":"holographic"');
      return { __metadata__: { ...metadata, description }, ...tensors };
    });
    await expectRefused("checkpoint", unknown, 'There is no layer "holographic"');
  });

  it("that is missing is named", async () => {
    await expect(loadCheckpoint(join(folder, "none"))).rejects.toThrow(
      `Cannot read the checkpoint "${join(folder, "none")}": there is no such file.`,
    );
  });
});

describe("bytes in place of files", () => {
  const runtime = { runtime: singleThread };

  it("are what the files hold, and are read as they are", async () => {
    const model = await loadModel(modelFile, runtime);
    expect(Buffer.from(await model.toOnnx()).equals(readFileSync(modelFile))).toBe(true);
    expect(Buffer.from(await model.toCheckpoint()).equals(readFileSync(checkpointFile))).toBe(true);
    const again = await loadCheckpoint(await model.toCheckpoint(), runtime);
    for (const trained of [model, again]) await trained.fit(x, y, quiet);
    expect(await weightBits(again)).toEqual(await weightBits(model));
  });

  it("of a model have no training beside them", async () => {
    const model = await loadModel(readFileSync(modelFile), runtime);
    await expect(model.fit(x, y, quiet)).rejects.toThrow("call model.compile({ optimizer, loss }) first");
  });

  it("that are neither are refused", async () => {
    const bytes = Uint8Array.of(1, 2, 3);
    await expect(loadModel(bytes)).rejects.toThrow("Cannot load the model from its bytes: it is not an ONNX");
    await expect(loadCheckpoint(bytes)).rejects.toThrow(
      "Cannot load the checkpoint from its bytes: it is no checkpoint, or it is cut off.",
    );
  });
});

describe("a model's file", () => {
  it("is refused when it is cut off, at whatever length", async () => {
    const bytes = readFileSync(modelFile);
    const lengths = Array.from({ length: 60 }, (_, part) => Math.floor((part * bytes.length) / 60));
    for (const length of [...lengths, bytes.length - 1, bytes.length - 2]) {
      await expectRefused("model", bytes.subarray(0, length), /\.$/);
    }
    await expectRefused(
      "model",
      bytes.subarray(0, bytes.length >> 1),
      /it is not an ONNX model, or it is cut off\.$/,
    );
    await expectRefused("model", Buffer.alloc(0), /it holds no ONNX graph\.$/);
  });

  it("is refused when it is something else", async () => {
    await expectRefused("model", readFileSync(checkpointFile), /it is not an ONNX model/);
    await expectRefused("model", Buffer.from("<!doctype html>"), /it is not an ONNX model/);
  });

  it("is refused when another program made it", async () => {
    const graph = new Graph("foreign");
    graph.output("y", add(graph.input("x", "float32", [2]), 1));
    await expectRefused(
      "model",
      writeModel(graph),
      /it is an ONNX model of another origin \(evenkeel\), without the description of layers that Evenkeel writes\.$/,
    );
  });

  it("is refused for its origin when another program made it, whatever element types it has", async () => {
    // ModelProto { ir_version: 8, producer_name: "pytorch", graph: { node: [Identity d → y], initializer: [double d] }, opset_import: 17 }
    const field = (number: number, content: Buffer) =>
      Buffer.concat([Buffer.of((number << 3) | 2, content.length), content]);
    const text = (number: number, value: string) => field(number, Buffer.from(value));
    const node = field(1, Buffer.concat([text(1, "d"), text(2, "y"), text(4, "Identity")]));
    const double = field(
      5,
      Buffer.concat([Buffer.of(8, 1, 16, 11), text(8, "d"), field(9, Buffer.alloc(8))]),
    );
    const foreign = Buffer.concat([
      Buffer.of(8, 8),
      text(2, "pytorch"),
      field(7, Buffer.concat([node, double])),
      field(8, Buffer.of(16, 17)),
    ]);
    await expectRefused("model", foreign, "it is an ONNX model of another origin (pytorch)");
  });

  it("is refused when a bit of a weight is wrong", async () => {
    const bytes = readFileSync(modelFile);
    const kernel = (await (await loadModel(modelFile)).getWeights()).get("output/kernel")!;
    const raw = Buffer.from(kernel.data.buffer, kernel.data.byteOffset, kernel.data.byteLength);
    const flipped = Buffer.from(bytes);
    flipped[bytes.indexOf(raw) + 3]! ^= 0x40;
    await expectRefused(
      "model",
      flipped,
      'it is damaged: the weight "output/kernel" does not match its checksum',
    );
  });

  it("is refused when a newer version wrote it", async () => {
    const bytes = readFileSync(modelFile);
    const place = bytes.indexOf('{"version":1,');
    const newer = Buffer.from(bytes);
    newer.write('{"version":7,', place);
    await expectRefused(
      "model",
      newer,
      /it was written by a newer Evenkeel \(format 7, this one reads 1\)\.$/,
    );
  });

  it("that is missing is named", async () => {
    await expect(loadModel(join(folder, "none.onnx"))).rejects.toThrow(
      `Cannot read the model "${join(folder, "none.onnx")}": there is no such file.`,
    );
  });

  it("is untouched when the new one cannot be written", async () => {
    const where = join(folder, "occupied");
    const path = join(where, "model.onnx");
    const model = sequential([layers.dense({ inputShape: [2], units: 1 })], { runtime: singleThread });
    await model.save(path);
    const before = readFileSync(path);
    mkdirSync(join(where, "model.checkpoint", "x"), { recursive: true });
    model.compile({ loss: "meanSquaredError" });
    await model.fit([[1, 2]], [3], quiet);
    await expect(model.save(path)).rejects.toThrow(
      `Cannot write "${join(where, "model.checkpoint")}": it is a folder.`,
    );
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(where).sort()).toEqual(["model.checkpoint", "model.onnx"]);
  });
});
