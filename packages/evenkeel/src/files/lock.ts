import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { reason } from "./atomic.js";

/** Longer than it takes from a look at a lock to its removal. */
const takeoverMilliseconds = 100;

/** The locks that this process holds or asks for. */
const held = new Set<string>();

/**
 * Does something while no other process does it under the same lock, a file that holds the process's number. A
 * lock whose process no longer runs is taken over. Folders are made.
 *
 * @param purpose what is being done, for messages.
 * @throws Error when another has the lock, naming its process and the file, or when the file can't be made.
 */
export async function withLock<T>(path: string, purpose: string, action: () => Promise<T>): Promise<T> {
  if (held.has(path)) throw alreadyHeld(path, purpose, process.pid);
  held.add(path);
  try {
    await acquire(path, purpose);
    try {
      return await action();
    } finally {
      if ((await ownerOf(path)) === process.pid) await rm(path, { force: true });
    }
  } finally {
    held.delete(path);
  }
}

async function acquire(path: string, purpose: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true }).catch((cause) => {
    throw new Error(`Cannot make the folder "${dirname(path)}": ${reason(cause)}.`, { cause });
  });
  if (await create(path)) return;
  const owner = await ownerOf(path);
  // This process's own number in a lock that it does not hold was another's, in a container that is gone.
  if (owner !== process.pid && isRunning(owner)) throw alreadyHeld(path, purpose, owner);
  // Of several processes that find the same lock, one may have taken it over already.
  if ((await ownerOf(path)) === owner) await rm(path, { force: true });
  if (await create(path)) {
    // One that had looked just before may have removed this lock in place of the old one, and made its own.
    await delay(takeoverMilliseconds);
    if ((await ownerOf(path)) === process.pid) return;
  }
  throw alreadyHeld(path, purpose, await ownerOf(path));
}

/** @returns false when the file is there already. */
async function create(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: "wx" });
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw new Error(`Cannot write "${path}": ${reason(cause)}.`, { cause });
  }
}

/** The process whose number is in the lock; 0 when there is none. */
async function ownerOf(path: string): Promise<number> {
  const read = () => readFile(path, "utf8").catch(() => "");
  // A lock that has just been made may not have its number yet.
  return Number((await read()) || (await delay(200).then(read)));
}

function isRunning(owner: number): boolean {
  if (!(owner > 0)) return false;
  try {
    process.kill(owner, 0);
    return true;
  } catch (cause) {
    // EPERM: it runs, but is another user's.
    return (cause as NodeJS.ErrnoException).code === "EPERM";
  }
}

function alreadyHeld(path: string, purpose: string, owner: number): Error {
  return new Error(
    `${purpose} is under way already, in process ${owner}. Wait for its end, or remove ${path} if there is none.`,
  );
}
