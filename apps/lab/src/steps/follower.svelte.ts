import { proxy } from "comlink";
import type { Engine } from "../engine/engine.svelte.ts";
import type { Experiment } from "../networks/experiment.ts";
import type { Standing } from "./take.ts";

/** Which networks a page wants to see, and after how many steps. */
export interface Wanted {
  experiment: Experiment;
  steps: number;
}

/** What a page does with the networks. */
export interface Following<W extends Wanted> {
  /** After how many steps they are looked at; the last look is always after the last step. */
  every(wanted: W): number;
  /** Looks at them. The steps that they have taken are a multiple of `every`, or the last that are wanted. */
  look(wanted: W, standing: Standing): Promise<void>;
  /** Is told when the networks have taken another number of steps than was wanted, and stay there. */
  onSteps(steps: number): void;
}

/**
 * Takes networks in the worker to where a page wants them, and looks at them there. What is wanted last counts: steps
 * under way are finished, and then it goes on with that.
 */
export class Follower<W extends Wanted> {
  /** How far the networks are; undefined until they are there. */
  standing = $state.raw<Standing | undefined>();
  /** Steps that are being gone to; undefined when nothing is under way. */
  target = $state<number | undefined>();
  /** Share of the data that has come, while it comes. */
  loading = $state<number | undefined>();
  /** What went wrong, in words. */
  error = $state<string | undefined>();
  private wanted: W | undefined;
  private isFollowing = false;
  private isOpen = true;
  private isStopping = false;
  private isFirst = true;

  constructor(
    private readonly engine: Engine,
    private readonly following: Following<W>,
  ) {}

  /** Goes there. */
  follow(wanted: W): void {
    this.wanted = wanted;
    if (!this.isFollowing) void this.goThere();
  }

  /** Stays where the steps under way lead to. */
  stop(): void {
    this.isStopping = this.target !== undefined;
  }

  /** Ends everything, when the page is left. */
  close(): void {
    this.isOpen = false;
  }

  private async goThere(): Promise<void> {
    this.isFollowing = true;
    for (let reached: W | undefined; this.isOpen && this.wanted && this.wanted !== reached; ) {
      reached = this.wanted;
      this.error = undefined;
      this.target = reached.steps;
      try {
        await this.reach(reached);
      } catch (error) {
        if (this.wanted === reached) this.error = error instanceof Error ? error.message : String(error);
      }
    }
    this.target = undefined;
    this.isFollowing = false;
  }

  private async reach(wanted: W): Promise<void> {
    const { experiment, steps } = wanted;
    const { every, look, onSteps } = this.following;
    const service = await this.engine.service("steps");
    const onProgress = proxy((loaded: number, total: number) => {
      this.loading = loaded < total ? loaded / total : undefined;
    });
    const isWanted = () => this.isOpen && this.wanted === wanted;
    let standing = await service.open(experiment, false, onProgress);
    // Networks that another page has trained are taken as they are, unless the address says how far they are to be.
    const isBack = standing.steps > steps && (steps > 0 || !this.isFirst);
    if (isBack) standing = await service.open(experiment, true, onProgress);
    this.isFirst = false;
    this.loading = undefined;
    this.isStopping = false;
    for (;;) {
      if (!isWanted()) return;
      this.standing = standing;
      await look(wanted, standing);
      if (!isWanted()) return;
      const isOver = standing.steps >= steps || standing.networks.every(({ end }) => end);
      if (isOver || this.isStopping) break;
      const next = (Math.floor(standing.steps / every(wanted)) + 1) * every(wanted);
      standing = await service.advance(experiment, Math.min(next, steps) - standing.steps);
    }
    if (standing.steps !== steps) onSteps(standing.steps);
  }
}
