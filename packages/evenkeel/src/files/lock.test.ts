import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { withLock } from "./lock.js";

const folder = temporaryFolder();

it("keeps others out until the action is over, also when it fails", async () => {
  const path = join(folder, "a", "lock");
  let end: (() => void) | undefined;
  const first = withLock(
    path,
    "Fetching",
    () => new Promise<string>((resolve) => (end = () => resolve("done"))),
  );
  await expect.poll(() => end).toBeDefined();
  expect(readFileSync(path, "utf8")).toBe(String(process.pid));
  await expect(withLock(path, "Fetching", async () => "second")).rejects.toThrow(
    `Fetching is under way already, in process ${process.pid}. Wait for its end, or remove ${path} if there is none.`,
  );
  end!();
  expect(await first).toBe("done");
  const failing = withLock(path, "Fetching", async () => {
    throw new Error("failed");
  });
  await expect(failing).rejects.toThrow("failed");
  expect(existsSync(path)).toBe(false);
  expect(await withLock(path, "Fetching", async () => "third")).toBe("third");
});

it("of another process that runs is respected", async () => {
  const path = join(folder, "running");
  writeFileSync(path, String(process.ppid));
  await expect(withLock(path, "Fetching", async () => 1)).rejects.toThrow(`in process ${process.ppid}`);
  expect(existsSync(path)).toBe(true);
});

it("that another has taken over meanwhile is left to it", async () => {
  const path = join(folder, "taken");
  await withLock(path, "Fetching", async () => writeFileSync(path, String(process.ppid)));
  expect(readFileSync(path, "utf8")).toBe(String(process.ppid));
});

it("that is stale goes to one process alone of several that ask at once", async () => {
  const path = join(folder, "raced");
  writeFileSync(path, String(spawnSync(process.execPath, ["--version"]).pid));
  const holder = spawn(process.execPath, [], { stdio: ["pipe", "ignore", "ignore"] });
  try {
    // Another process removes the lock and makes its own while this one is about to.
    const asking = withLock(path, "Fetching", async () => "mine");
    asking.catch(() => {});
    await expect.poll(() => readFileSync(path, "utf8"), { interval: 5 }).toBe(String(process.pid));
    writeFileSync(path, String(holder.pid));
    await expect(asking).rejects.toThrow(`in process ${holder.pid}`);
    expect(readFileSync(path, "utf8")).toBe(String(holder.pid));
  } finally {
    holder.kill();
  }
});

it.each([
  ["has ended", () => String(spawnSync(process.execPath, ["--version"]).pid)],
  ["had the number of this one, as in a new container", () => String(process.pid)],
  ["was ended before it could write its number", () => ""],
])("of a process that %s is taken over", async (_, owner) => {
  const path = join(folder, "stale");
  writeFileSync(path, owner());
  expect(await withLock(path, "Fetching", async () => readFileSync(path, "utf8"))).toBe(String(process.pid));
  expect(existsSync(path)).toBe(false);
});
