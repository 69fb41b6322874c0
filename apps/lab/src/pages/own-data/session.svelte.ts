import { proxy, type Remote } from "comlink";
import type { Engine } from "../../engine/engine.svelte.ts";
import type { Service } from "../../engine/services.ts";
import type { Standing } from "./learning/contest.ts";
import type { Outcome } from "./learning/outcome.ts";
import type { Plan } from "./plan.ts";
import { fetchSample } from "./samples.ts";
import type { Settings, TrainingSettings } from "./settings.ts";
import type { TableSummary } from "./table/summary.ts";

/** The visitor's own file, kept while other pages are open: an address cannot hold it. */
let ownFile: File | undefined;

/** What the page knows of the table and the networks in the worker. */
export class Session {
  table = $state.raw<TableSummary>();
  /** How much of a file has been read, from 0 to 1; undefined when none is being read. */
  reading = $state<number>();
  /** Why there is no table. */
  readingProblem = $state("");
  isTraining = $state(false);
  /** Both networks, as far as they have come; empty before the first training. */
  standings = $state.raw<readonly Standing[]>([]);
  /** What is being trained, or was. */
  trainedWith = $state.raw<{ plan: Plan; settings: TrainingSettings }>();
  /** What came of the last training; undefined while one is under way. */
  outcome = $state.raw<Outcome>();
  trainingProblem = $state("");
  private opened = 0;

  constructor(private readonly engine: Engine) {}

  /** Whether a file of the visitor's own has been chosen in this visit. */
  get hasOwnFile(): boolean {
    return ownFile !== undefined;
  }

  /** Takes a file of the visitor's own, to be opened as `file`. */
  keep(file: File): void {
    ownFile = file;
  }

  /** Opens a table in place of the one that is open. */
  async open({ data, header }: Pick<Settings, "data" | "header">): Promise<void> {
    this.opened += 1;
    const turn = this.opened;
    this.forget();
    if (data === "file" && !ownFile) return;
    this.reading = 0;
    try {
      const file = data === "file" ? ownFile! : await fetchSample(data);
      const service = await this.service();
      // Another table was asked for while this one came, and is open already, perhaps.
      if (turn !== this.opened) return;
      const follow = (share: number) => {
        if (turn === this.opened) this.reading = share;
      };
      const table = await service.open(file, file.name, header, proxy(follow));
      if (turn === this.opened) this.table = table;
    } catch (error) {
      if (turn === this.opened) this.readingProblem = messageOf(error);
    } finally {
      if (turn === this.opened) this.reading = undefined;
    }
  }

  /** Trains both networks anew. */
  async train(plan: Plan, settings: TrainingSettings): Promise<void> {
    const turn = this.opened;
    this.standings = [];
    this.outcome = undefined;
    this.trainingProblem = "";
    this.trainedWith = { plan, settings };
    this.isTraining = true;
    let shown = Number.NEGATIVE_INFINITY;
    const follow = (standings: readonly Standing[]) => {
      const isOver = standings.every(({ end }) => end);
      if (turn !== this.opened || (!isOver && performance.now() - shown < 150)) return;
      shown = performance.now();
      this.standings = standings;
    };
    try {
      const outcome = await (await this.service()).train(plan, settings, proxy(follow));
      if (turn === this.opened) this.outcome = outcome;
    } catch (error) {
      if (turn === this.opened) this.trainingProblem = messageOf(error);
    } finally {
      if (turn === this.opened) this.isTraining = false;
    }
  }

  /** Ends the training that is under way. */
  async stop(): Promise<void> {
    if (this.isTraining) await (await this.service()).stop();
  }

  /** What each network says of an example. */
  async answers(inputs: readonly number[]): Promise<(number[] | undefined)[]> {
    return await (await this.service()).answers(inputs);
  }

  /** A network as an ONNX file. */
  async onnx(network: number): Promise<Uint8Array<ArrayBuffer>> {
    return (await (await this.service()).onnx(network)) as Uint8Array<ArrayBuffer>;
  }

  private service(): Promise<Remote<Service<"ownData">>> {
    return this.engine.service("ownData");
  }

  private forget(): void {
    this.table = undefined;
    this.reading = undefined;
    this.readingProblem = "";
    this.isTraining = false;
    this.standings = [];
    this.trainedWith = undefined;
    this.outcome = undefined;
    this.trainingProblem = "";
  }
}

/** What to show of an error. */
export function messageOf(error: unknown): string {
  return error instanceof Error && error.message ? error.message : String(error);
}
