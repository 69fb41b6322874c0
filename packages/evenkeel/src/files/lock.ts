import { mkdir, open, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** The locks that this process holds: its own number in a lock's file need not be its own lock. */
const held = new Set<string>();

/**
 * Does something while no other process does it under the same lock, a file that holds the process's number. A
 * lock whose process no longer runs is taken over. Folders are made.
 *
 * @param purpose what is being done, for messages.
 * @throws Error when another has the lock, naming its process and the file.
 */
export async function withLock<T>(path: string, purpose: string, action: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  if (!(await take(path))) {
    const owner = Number(await readFile(path, "utf8").catch(() => ""));
    if (held.has(path) || (owner !== process.pid && isRunning(owner))) {
      throw new Error(
        `${purpose} is under way already, in process ${owner}. Wait for its end, or remove ${path} if there is none.`,
      );
    }
    await rm(path, { force: true });
    if (!(await take(path))) throw new Error(`${purpose} has just begun in another process. Wait for its end.`);
  }
  held.add(path);
  try {
    return await action();
  } finally {
    held.delete(path);
    await rm(path, { force: true });
  }
}

/** @returns whether the file was not there before. */
async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    try {
      await file.writeFile(String(process.pid));
    } finally {
      await file.close();
    }
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw cause;
  }
}

function isRunning(process_: number): boolean {
  if (!(process_ > 0)) return false;
  try {
    process.kill(process_, 0);
    return true;
  } catch (cause) {
    // EPERM: it runs, but is another user's.
    return (cause as NodeJS.ErrnoException).code === "EPERM";
  }
}
