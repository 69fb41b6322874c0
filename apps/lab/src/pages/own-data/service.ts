import { transfer } from "comlink";
import type { ServiceContext } from "../../engine/context.ts";
import { Contest, type Standing } from "./learning/contest.ts";
import { examplesOf } from "./learning/examples.ts";
import { type Outcome, Trained } from "./learning/outcome.ts";
import type { Plan } from "./plan.ts";
import type { TrainingSettings } from "./settings.ts";
import type { Header, TableSummary } from "./table/summary.ts";
import { readTable, type Table } from "./table/table.ts";

/** What the page "Your own data" asks of the worker. One table is open at a time. */
export function serve({ runtime }: ServiceContext) {
  let reading: AbortController | undefined;
  let table: Table | undefined;
  let training: { stop: AbortController; end: Promise<unknown> } | undefined;
  let trained: Trained | undefined;

  const stop = async () => {
    training?.stop.abort();
    // Whoever asked for the training hears of its errors.
    await training?.end.catch(() => {});
  };

  return {
    /**
     * Reads a table, in place of the one that is open; its networks go with that one.
     *
     * @param onProgress hears how much of the file has been read, from 0 to 1.
     * @returns undefined when another one was asked for meanwhile.
     * @throws Error in plain words when there is no table in the file.
     */
    async open(
      file: Blob,
      name: string,
      header: Header,
      onProgress: (share: number) => void,
    ): Promise<TableSummary | undefined> {
      reading?.abort();
      const mine = new AbortController();
      reading = mine;
      try {
        await stop();
        await trained?.dispose();
        trained = undefined;
        table = undefined;
        const read = await readTable(file, name, { header, onProgress, signal: mine.signal });
        if (mine.signal.aborted) return undefined;
        table = read;
        return read.summary;
      } catch (error) {
        if (mine.signal.aborted) return undefined;
        throw error;
      }
    },

    /**
     * Trains two networks, without and with batch normalization, to their last epoch or until `stop`.
     *
     * @throws Error in plain words when the table has too few rows for it.
     */
    async train(
      plan: Plan,
      settings: TrainingSettings,
      onReport: (standings: Standing[]) => void,
    ): Promise<Outcome> {
      await stop();
      if (!table) throw new Error("No table is open.");
      await trained?.dispose();
      trained = undefined;
      const contest = new Contest(examplesOf(table, plan, settings), settings, runtime);
      const abort = new AbortController();
      const end = contest
        .train(abort.signal, onReport)
        .then(() => Trained.of(contest, plan))
        .finally(() => contest.dispose());
      training = { stop: abort, end };
      trained = await end;
      return trained.outcome;
    },

    stop,

    /** What each network says of one example. @param inputs one number for each input. */
    async answers(inputs: readonly number[]): Promise<(number[] | undefined)[]> {
      return requireTrained(trained).answers(inputs);
    },

    /** A network as an ONNX file. @param place 0 for the one without batch normalization, 1 for the one with it. */
    async onnx(place: number): Promise<Uint8Array> {
      const model = requireTrained(trained).models[place];
      if (!model) throw new Error("This network could not be trained.");
      const bytes = await model.toOnnx();
      return transfer(bytes, [bytes.buffer]);
    },
  };
}

function requireTrained(trained: Trained | undefined): Trained {
  if (trained) return trained;
  throw new Error("There are no trained networks yet.");
}
