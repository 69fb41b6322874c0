import { type DatasetName, type DatasetPlace, datasetPlaces } from "evenkeel";
import { paint } from "../terminal/colors.js";
import { amount } from "./amounts.js";
import { titles } from "./titles.js";

/** Runs `evenkeel data list`: every place where each data set is looked for, and what is there. */
export function listCommand(): void {
  const names = Object.keys(titles) as DatasetName[];
  console.log(names.map((name) => listLines(name, datasetPlaces(name)).join("\n")).join("\n\n"));
}

/** A data set's places in the order in which they are looked at, the one that is read marked by an arrow. */
export function listLines(name: DatasetName, places: readonly DatasetPlace[]): string[] {
  const read = places.find(isComplete);
  const width = Math.max(...places.map(({ origin }) => origin.length));
  return [
    `${paint.bold(titles[name])} (${name})`,
    ...places.flatMap((place) => placeLines(place, place === read, width)),
    ...(read ? [] : [`    Get it with: evenkeel data fetch ${name}`]),
  ];
}

function placeLines(place: DatasetPlace, isRead: boolean, originWidth: number): string[] {
  const { folder, origin, missing, bytes, unfinished } = place;
  const [state, color] = isComplete(place)
    ? ["complete", paint.green]
    : bytes > 0 || unfinished > 0
      ? ["incomplete", paint.yellow]
      : ["not there", paint.dim];
  const line = [
    `  ${isRead ? "→" : " "} ${color(state.padEnd(10))}`,
    (bytes > 0 ? amount(bytes) : "").padStart(8),
    origin.padEnd(originWidth),
    folder,
  ].join("  ");
  return [
    line,
    ...(bytes > 0 && missing.length > 0 ? [`    missing ${missing.join(", ")}`] : []),
    ...(unfinished > 0
      ? [`    ${amount(unfinished)} of an interrupted download, which the next goes on from`]
      : []),
  ];
}

function isComplete({ missing }: DatasetPlace): boolean {
  return missing.length === 0;
}
