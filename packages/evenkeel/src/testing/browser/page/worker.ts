import { tasks } from "./tasks.js";

interface Request {
  task: keyof typeof tasks | null;
  options: never;
}

self.onmessage = async ({ data }: MessageEvent<Request | "stop">) => {
  if (data === "stop" || !data.task) return;
  try {
    self.postMessage(await tasks[data.task](data.options));
  } catch (cause) {
    self.postMessage({ error: cause instanceof Error ? cause.stack : String(cause) });
  }
};
