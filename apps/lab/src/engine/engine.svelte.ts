import { type Remote, wrap } from "comlink";
import { untilKept } from "../offline/register.ts";
import type { Device, DeviceChoice } from "./choice.ts";
import type { Service, ServiceName } from "./services.ts";
import type { WorkerEngine } from "./worker.ts";

/** The page's side of the worker in which everything is computed. One worker serves the whole visit. */
export class Engine {
  /** Where it computes; undefined until that has been found out. */
  device = $state<Device | undefined>();
  /** Why it computes no more, where it broke off; calls under way get no answer then. */
  problem = $state<string | undefined>();
  private worker: Worker | undefined;
  private remote: Remote<WorkerEngine> | undefined;
  private starting: Promise<Device> | undefined;
  private isStopped = false;
  /** Kept for life: comlink closes the way to a service when its object is collected, with calls under way. */
  private readonly remotes = new Map<ServiceName, Promise<unknown>>();

  constructor(readonly choice: DeviceChoice) {}

  /**
   * The functions of a service. The worker and ONNX Runtime are loaded when it is first asked for one.
   *
   * @throws Error when there is no worker to be had, or no device of the wanted kind; the next call tries again.
   */
  async service<N extends ServiceName>(name: N): Promise<Remote<Service<N>>> {
    const known = this.remotes.get(name) ?? this.start().then(() => this.remote!.service(name));
    this.remotes.set(name, known);
    known.catch(() => this.remotes.delete(name));
    return (await known) as Remote<Service<N>>;
  }

  /** Ends the worker, whatever it is doing; it does not begin again. */
  stop(): void {
    this.isStopped = true;
    this.worker?.terminate();
  }

  private start(): Promise<Device> {
    this.starting ??= this.begin().catch((cause) => {
      this.worker?.terminate();
      this.starting = undefined;
      throw cause;
    });
    return this.starting;
  }

  private async begin(): Promise<Device> {
    // What is loaded before the service worker has taken over would not be there without a connection.
    await untilKept();
    if (this.isStopped) throw new Error("Another device was chosen.");
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "evenkeel" });
    this.worker = worker;
    this.remote = wrap<WorkerEngine>(worker);
    const failed = new Promise<never>((_, reject) => {
      worker.onerror = ({ message }) => {
        // A module that cannot be loaded says nothing but this.
        const unknown = "The worker could not be loaded. Is the page complete, and the network there?";
        if (this.device) this.problem = `What computes has broken off: ${message || "no reason is known"}.`;
        else reject(new Error(message || unknown));
      };
    });
    this.device = await Promise.race([this.remote.start(this.choice), failed]);
    return this.device;
  }
}
