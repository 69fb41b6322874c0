// Runs the task that the address names in a worker, and keeps what came of it for the test: ?task=NAME&options=JSON.
const parameters = new URLSearchParams(location.search);
const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

worker.onmessage = ({ data }) => {
  if (data === "please stop me") worker.postMessage("stop");
  else Object.assign(window, { outcome: data });
};
worker.onerror = ({ message }) => Object.assign(window, { outcome: { error: message } });
worker.postMessage({
  task: parameters.get("task"),
  options: JSON.parse(parameters.get("options") ?? "{}"),
});
