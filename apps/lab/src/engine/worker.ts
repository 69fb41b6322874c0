import { expose, proxy } from "comlink";
import type { Runtime } from "evenkeel";
import type { Device, DeviceChoice } from "./choice.ts";
import { chosenRuntime } from "./runtime.ts";
import { type ServiceName, services } from "./services.ts";

let runtime: Promise<{ runtime: Runtime; device: Device }> | undefined;
const open = new Map<ServiceName, Promise<object>>();

/** The worker's side: everything that computes runs here, so that the page stays free. */
const engine = {
  /** Decides where to compute; once for the life of the worker. */
  async start(choice: DeviceChoice): Promise<Device> {
    runtime ??= chosenRuntime(choice);
    return (await runtime).device;
  },
  async service(name: ServiceName) {
    const serving = open.get(name) ?? serve(name);
    open.set(name, serving);
    return proxy(await serving);
  },
};

async function serve(name: ServiceName): Promise<object> {
  if (!runtime) throw new Error("The worker must be started before it is asked for a service.");
  const [module, started] = await Promise.all([services[name](), runtime]);
  return module.serve({ runtime: started.runtime });
}

export type WorkerEngine = typeof engine;

expose(engine);
