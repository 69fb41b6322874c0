import type { Comparison } from "./comparison.ts";
import { continued, emptyHistory, type History, type NetworkUpdate, type Update } from "./history.ts";
import { look } from "./looks.ts";

/** How long the steps between two updates should take, for all networks together. */
const updateMilliseconds = 130;

/** Images that are gathered for one update, at most: 16 MB. */
const mostExamples = 20_000;

/** Looking takes no longer than the training since the look before; later, when curves are flat, half as long. */
const lookShare = (looks: number) => (looks < 30 ? 1 : 0.5);

/** Trains a comparison and keeps what comes of it. */
export class Trainer {
  history: History;
  private stopping = false;
  private running: Promise<void> | undefined;
  private count = 1;
  private lastLook = { end: Number.NEGATIVE_INFINITY, milliseconds: 0 };

  constructor(readonly comparison: Comparison) {
    this.history = emptyHistory(comparison.competitors.length);
    comparison.settle = () => this.stop();
  }

  /** Trains until it is stopped, or until no network goes on; all networks take the same steps. */
  run(onUpdate: (update: Update) => void | Promise<void>): Promise<void> {
    this.stopping = false;
    this.running ??= this.train(onUpdate).finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  /** Ends a run after the steps under way. */
  async stop(): Promise<void> {
    this.stopping = true;
    // Whoever asked for the run hears of its errors.
    await this.running?.catch(() => {});
  }

  /** Takes so many steps and looks at the networks; 0 only looks. */
  advance(count: number, looking = true): Promise<Update> {
    return this.comparison.inTurn(() => this.take(count, looking));
  }

  private async take(count: number, looking: boolean): Promise<Update> {
    const { comparison } = this;
    const before = comparison.steps;
    const measures = count > 0 ? await comparison.advanceAll(count) : comparison.competitors.map(() => []);
    const begin = performance.now();
    const networks: NetworkUpdate[] = [];
    for (const [index, competitor] of comparison.competitors.entries()) {
      const seen = looking && !competitor.end ? await look(comparison, competitor) : undefined;
      const { end, warnings } = competitor;
      networks.push({ measures: measures[index]!, ...(seen && { look: seen }), end, warnings });
    }
    const now = performance.now();
    if (looking) {
      // The first look builds its programs.
      const isFirst = this.history.networks[0]!.looks.length === 0;
      this.lastLook = { end: now, milliseconds: isFirst ? 0 : now - begin };
    }
    const update = { before, steps: comparison.steps, networks };
    this.history = continued(this.history, update);
    return update;
  }

  private async train(onUpdate: (update: Update) => void | Promise<void>): Promise<void> {
    while (!this.stopping && this.comparison.competitors.some(({ end }) => !end)) {
      const begin = performance.now();
      const looks = Math.max(...this.history.networks.map((network) => network.looks.length));
      const rest = this.lastLook.milliseconds / lookShare(looks);
      const due = begin + updateMilliseconds - this.lastLook.end >= rest;
      const update = await this.advance(this.count, due);
      const milliseconds = performance.now() - begin - (due ? this.lastLook.milliseconds : 0);
      this.count = this.nextCount(milliseconds / this.count);
      await onUpdate(update);
    }
    const seen = this.history.networks.every(
      ({ looks, end }) => end || looks.at(-1)?.step === this.comparison.steps,
    );
    if (!seen) await onUpdate(await this.advance(0));
  }

  /** A round number of steps, so that looks are at round steps. */
  private nextCount(millisecondsPerStep: number): number {
    const most = Math.max(...this.comparison.competitors.map(({ batchSize }) => batchSize));
    const wanted = Math.min(updateMilliseconds / millisecondsPerStep, mostExamples / most, 5 * this.count);
    return [1, 2, 5, 10, 20, 50, 100, 200, 500].findLast((count) => count <= wanted) ?? 1;
  }
}
