import { type DatasetName, datasetPlaces } from "evenkeel";
import { datasetNames, datasetsIn } from "../runs/data.js";
import type { Plan, PlannedRun } from "./plan.js";

/** A data set that runs need and that is not on this machine. */
export interface MissingData {
  name: DatasetName;
  /** The environment variable that says where it is. */
  variable: string;
  /** The claims that cannot be tested without it, by id. */
  claims: string[];
}

/** The data sets that runs need and that are not on this machine, with the claims, in their order. */
export function missingData(claims: Plan["claims"], runs: readonly PlannedRun[]): MissingData[] {
  return datasetNames
    .filter((name) => !isHere(name))
    .map((name) => {
      const needing = new Set(
        runs.filter((run) => datasetsIn(run.settings).includes(name)).flatMap((run) => run.claims),
      );
      const ids = claims.map(({ claim }) => claim.id).filter((id) => needing.has(id));
      return { name, variable: `EVENKEEL_${name.toUpperCase().replaceAll("-", "_")}`, claims: ids };
    })
    .filter((each) => each.claims.length > 0);
}

function isHere(name: DatasetName): boolean {
  return datasetPlaces(name).some(({ missing }) => missing.length === 0);
}
