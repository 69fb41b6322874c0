import { proxy } from "comlink";
import type { Engine } from "../../engine/engine.svelte.ts";
import type { Classification } from "../../networks/classification.ts";
import type { Experiment } from "../../networks/experiment.ts";
import { continued, emptyHistory, type History, type Update } from "../../networks/history.ts";
import type { Opened, TestImage } from "../../networks/service.ts";

/** What the networks are doing. */
export type Status = "loading" | "paused" | "stepping" | "running" | "failed";

/** Networks in the worker, as the page sees them. */
export class Run {
  status = $state<Status>("loading");
  /** What is being waited for, while it loads. */
  doing = $state("Starting…");
  /** What went wrong, when it failed. */
  problem = $state("");
  /** What came of the training. */
  history = $state.raw<History>(emptyHistory(0));
  /** The experiment whose history this is. */
  experiment = $state.raw<Experiment | undefined>();
  about = $state.raw<Omit<Opened, "history"> | undefined>();
  /** Goes up with every experiment that is opened: what was asked for before is not wanted any more. */
  private turn = 0;

  constructor(private readonly engine: Engine) {}

  /** Opens an experiment; a run of another one ends. @param fresh begins anew if it is open. Default false. */
  async open(experiment: Experiment, fresh = false): Promise<void> {
    const turn = ++this.turn;
    this.status = "loading";
    this.problem = "";
    this.doing = "Starting…";
    await this.attempt(turn, async () => {
      const service = await this.engine.service("networks");
      const onProgress = (loaded: number, total: number) => {
        if (turn === this.turn) this.doing = progressOf(experiment, loaded, total);
      };
      const { history, ...about } = await service.open(experiment, fresh, proxy(onProgress));
      if (turn !== this.turn) return;
      Object.assign(this, { history, about, experiment, status: "paused" });
    });
  }

  /** Trains until `pause`, or until no network goes on. */
  async start(): Promise<void> {
    const { turn } = this;
    if (this.status !== "paused") return;
    this.status = "running";
    await this.attempt(turn, async () => {
      const service = await this.engine.service("networks");
      await service.run(proxy((update: Update) => this.take(turn, update)));
      if (turn === this.turn) this.status = "paused";
    });
  }

  /** Ends a run, after the steps under way. */
  async pause(): Promise<void> {
    await this.attempt(this.turn, async () => {
      const service = await this.engine.service("networks");
      await service.pause();
    });
  }

  /** Ends everything, when the page is left. */
  close(): void {
    const open = this.status === "running";
    this.turn += 1;
    if (open) void this.pause();
  }

  /** Takes one step. */
  async step(): Promise<void> {
    const { turn } = this;
    if (this.status !== "paused") return;
    this.status = "stepping";
    await this.attempt(turn, async () => {
      const service = await this.engine.service("networks");
      this.take(turn, await service.step());
      if (turn === this.turn) this.status = "paused";
    });
  }

  /** What each network says of an image; nothing while none is open. */
  async classify(pixels: Uint8Array): Promise<readonly (Classification | undefined)[]> {
    if (!this.about) return [];
    const service = await this.engine.service("networks");
    return await service.classify(pixels);
  }

  async testImage(index: number): Promise<TestImage> {
    const service = await this.engine.service("networks");
    return await service.testImage(index);
  }

  private take(turn: number, update: Update): void {
    if (turn === this.turn) this.history = continued(this.history, update);
  }

  private async attempt(turn: number, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (turn !== this.turn) return;
      this.problem = error instanceof Error ? error.message : String(error);
      this.status = "failed";
    }
  }
}

function progressOf({ dataset }: Experiment, loaded: number, total: number): string {
  const name = dataset === "mnist" ? "MNIST" : "Fashion-MNIST";
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  if (loaded >= total) return "Building the networks…";
  return `Loading ${name}: ${megabytes(loaded)} of ${megabytes(total)} MB`;
}
