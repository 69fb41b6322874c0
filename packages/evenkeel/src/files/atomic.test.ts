import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { readWhole, writeWhole } from "./atomic.js";

const root = temporaryFolder();
let folders = 0;
/** A folder for one test. */
function folder(): string {
  const path = join(root, `${folders++}`);
  mkdirSync(path);
  return path;
}

describe("writing a whole file", () => {
  it("makes folders, replaces what was there, and leaves nothing else behind", async () => {
    const path = join(folder(), "a", "b", "file");
    await writeWhole(path, "first, and longer");
    expect(readFileSync(path, "utf8")).toBe("first, and longer");
    await writeWhole(path, Uint8Array.of(1, 2, 3).subarray(1));
    expect([...readFileSync(path)]).toEqual([2, 3]);
    expect(readdirSync(join(path, ".."))).toEqual(["file"]);
  });

  it("of one name from several places at once leaves one of the contents, whole", async () => {
    const path = join(folder(), "file");
    const contents = ["a", "b", "c", "d"].map((letter) => letter.repeat(100_000));
    await Promise.all(contents.map((content) => writeWhole(path, content)));
    expect(contents).toContain(readFileSync(path, "utf8"));
    expect(readdirSync(join(path, ".."))).toEqual(["file"]);
  });

  it("replaces the file that a link points to", async () => {
    const where = folder();
    writeFileSync(join(where, "target"), "old");
    symlinkSync("target", join(where, "link"));
    await writeWhole(join(where, "link"), "new");
    expect(readFileSync(join(where, "target"), "utf8")).toBe("new");
  });

  it("that fails at the temporary file leaves the old one, and names it", async () => {
    // A name so long that nothing can be added to it.
    const path = join(folder(), "x".repeat(250));
    writeFileSync(path, "old");
    await expect(writeWhole(path, "new")).rejects.toThrow(`Cannot write "${path}": ENAMETOOLONG`);
    expect(readFileSync(path, "utf8")).toBe("old");
  });

  it("that fails at the renaming leaves what stands there, and no temporary file", async () => {
    const path = join(folder(), "occupied");
    mkdirSync(join(path, "inside"), { recursive: true });
    await expect(writeWhole(path, "new")).rejects.toThrow(`Cannot write "${path}": it is a folder.`);
    expect(existsSync(join(path, "inside"))).toBe(true);
    expect(readdirSync(join(path, ".."))).toEqual(["occupied"]);
  });

  it("in a folder that is a file fails, and leaves the file", async () => {
    const file = join(folder(), "file");
    writeFileSync(file, "old");
    await expect(writeWhole(join(file, "model.onnx"), "new")).rejects.toThrow(
      `Cannot write "${join(file, "model.onnx")}"`,
    );
    expect(readFileSync(file, "utf8")).toBe("old");
  });

  it("that is cut off in the middle leaves the old one: the disk takes a part only", () => {
    const path = join(folder(), "file");
    writeFileSync(path, "old");
    const built = fileURLToPath(new URL("../../dist/files/atomic.js", import.meta.url));
    expect(existsSync(built), "the library must be built: npm run build").toBe(true);
    const script = `import { writeWhole } from ${JSON.stringify(built)};
      await writeWhole(${JSON.stringify(path)}, new Uint8Array(1e6));`;
    // No file may grow beyond a few kilobytes: the first part of a write succeeds, the rest fails or kills.
    const { status } = spawnSync(
      "sh",
      ["-c", 'ulimit -f 8; exec "$@"', "sh", process.execPath, "--input-type=module", "--eval", script],
      { stdio: "ignore" },
    );
    expect(status).not.toBe(0);
    expect(readFileSync(path, "utf8")).toBe("old");
  });
});

describe("reading a whole file", () => {
  it("names the file, its purpose and the reason when it cannot", async () => {
    const where = folder();
    await expect(readWhole(join(where, "none"), "the model")).rejects.toThrow(
      `Cannot read the model "${join(where, "none")}": there is no such file.`,
    );
    await expect(readWhole(where, "the model")).rejects.toThrow(
      `Cannot read the model "${where}": it is a folder.`,
    );
  });
});

it("refuses URLs, which would make a folder named after their scheme", async () => {
  await expect(writeWhole("file:///tmp/model", "content")).rejects.toThrow('got the URL "file:///tmp/model"');
  await expect(readWhole("https://example.org/model.onnx", "the model")).rejects.toThrow("got the URL");
});
