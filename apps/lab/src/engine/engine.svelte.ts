import { type Remote, wrap } from "comlink";
import type { Device, DeviceChoice } from "./choice.ts";
import type { Service, ServiceName } from "./services.ts";
import type { WorkerEngine } from "./worker.ts";

/** The page's side of the worker in which everything is computed. One worker serves the whole visit. */
export class Engine {
  /** Where it computes; undefined until that has been found out. */
  device = $state<Device | undefined>();
  private worker: Worker | undefined;
  private remote: Remote<WorkerEngine> | undefined;
  private starting: Promise<Device> | undefined;
  /** Kept for life: comlink closes the way to a service when its object is collected, with calls under way. */
  private readonly remotes = new Map<ServiceName, Promise<unknown>>();

  constructor(readonly choice: DeviceChoice) {}

  /**
   * The functions of a service. The worker and ONNX Runtime are loaded when it is first asked for one.
   *
   * @throws Error when there is no worker to be had, or no device of the wanted kind.
   */
  async service<N extends ServiceName>(name: N): Promise<Remote<Service<N>>> {
    const known = this.remotes.get(name) ?? this.start().then(() => this.remote!.service(name));
    this.remotes.set(name, known);
    known.catch(() => this.remotes.delete(name));
    return (await known) as Remote<Service<N>>;
  }

  /** Loads the worker, before anything is asked of it. */
  start(): Promise<Device> {
    this.starting ??= this.begin();
    return this.starting;
  }

  /** Ends the worker, whatever it is doing. */
  stop(): void {
    this.worker?.terminate();
  }

  private async begin(): Promise<Device> {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "evenkeel" });
    this.worker = worker;
    this.remote = wrap<WorkerEngine>(worker);
    const failed = new Promise<never>((_, reject) => {
      // A module that cannot be loaded says nothing but this.
      worker.onerror = ({ message }) =>
        reject(
          new Error(
            message || "The worker could not be loaded. Is the page complete, and the network there?",
          ),
        );
    });
    this.device = await Promise.race([this.remote.start(this.choice), failed]);
    return this.device;
  }
}
