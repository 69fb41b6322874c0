import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The built command, as users run it. */
const command = fileURLToPath(new URL("../../bin/evenkeel.js", import.meta.url));

/** How the command ended, and what it printed. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** How the command is run. */
export interface Circumstances {
  /** The working folder. */
  cwd: string;
  /** Added to the environment. */
  env?: Readonly<Record<string, string>>;
  /** Called whenever it has printed something, with all of stdout. */
  during?(child: ChildProcess, stdout: string): void;
}

/** Runs the command to its end. */
export function evenkeel(args: readonly string[], { cwd, env, during }: Circumstances): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [command, ...args], {
      cwd,
      // Some libraries take CI for a wish for colours.
      env: { ...process.env, CI: "true", ...env },
    });
    const ended = { stdout: "", stderr: "" };
    child.stdout.on("data", (text) => {
      ended.stdout += text;
      during?.(child, ended.stdout);
    });
    child.stderr.on("data", (text) => {
      ended.stderr += text;
    });
    child.on("close", (code) => resolve({ code, ...ended }));
  });
}
