import { SingleBar } from "cli-progress";
import type { FetchProgress } from "evenkeel";
import { barStyle, timeLeft } from "../terminal/bars.js";
import { amount, amountOf } from "./amounts.js";

/** Something that shows how far a fetch is. */
export interface FetchDisplay {
  show(progress: FetchProgress): void;
  /** Leaves the terminal as it was found. */
  stop(): void;
}

/** Columns of a line's parts: the longest name of a file, `170.1 of 170.1 MB`, `12.3 MB/s`, `59 min left`. */
const widths = { name: 26, amount: 17, rate: 10, left: 11 };

const leastBar = 8;
const mostBar = 24;

/** A bar for each file, one after another. Written to stderr. */
export function fetchBars(title: string): FetchDisplay {
  let file: string | undefined;
  let bar: SingleBar | undefined;
  let begun = { at: 0, done: 0 };
  const end = () => {
    bar?.update({ rate: "", left: "" });
    bar?.stop();
    bar = undefined;
  };
  return {
    show({ file: name, source, step, done, total }) {
      if (file === undefined) console.error(heading(title, name, source));
      if (file !== name) {
        end();
        bar = fileBar(process.stderr.columns ?? 100);
        bar.start(total, done, { name: name.padEnd(widths.name), amount: "", rate: "", left: "" });
        begun = { at: performance.now(), done };
        file = name;
      }
      const rate = ((done - begun.done) / (performance.now() - begun.at)) * 1000;
      bar!.update(done, {
        amount: (step === "unpack" && done < total ? "unpacking" : amountOf(done, total)).padStart(
          widths.amount,
        ),
        rate: step === "download" ? rateText(rate) : "",
        left: step === "download" ? timeLeft((total - done) / rate) : step === "check" ? "checking" : "",
      });
    },
    stop: end,
  };
}

/** A line for each tenth of a file, for files and pipes. */
export function fetchLines(title: string, print: (line: string) => void): FetchDisplay {
  let last: { file: string; step: string; tenth: number } | undefined;
  return {
    show({ file, source, step, done, total }) {
      if (last === undefined) print(heading(title, file, source));
      const tenth = Math.floor((done / total) * 10);
      const same = last?.file === file && last.step === step;
      if (step === "download") {
        if (tenth > (same ? last!.tenth : 0)) print(`${file}  ${tenth * 10} %  ${amountOf(done, total)}`);
      } else if (!same) print(`${file}  ${step}ing`);
      last = { file, step, tenth };
    },
    stop() {},
  };
}

function heading(title: string, file: string, source: string): string {
  return `Fetching ${title} from ${source.endsWith(`/${file}`) ? source.slice(0, -file.length - 1) : source}`;
}

/** A bar with as much around it as the terminal has room for. */
function fileBar(columns: number): SingleBar {
  const optional = ["left", "rate", "name"] as const;
  let parts: (keyof typeof widths)[] = ["name", "amount", "rate", "left"];
  // The last column stays empty: some terminals would begin a new line.
  const room = () => columns - 1 - parts.reduce((sum, part) => sum + widths[part] + 1, 0);
  for (const part of optional) {
    if (room() < leastBar) parts = parts.filter((other) => other !== part);
  }
  const format = parts.map((part) => `{${part}}`);
  format.splice(parts.indexOf("amount"), 0, "{bar}");
  return new SingleBar({
    ...barStyle,
    format: format.join(" "),
    barsize: Math.max(leastBar, Math.min(mostBar, room())),
  });
}

function rateText(bytesPerSecond: number): string {
  return Number.isFinite(bytesPerSecond) ? `${amount(bytesPerSecond)}/s`.padStart(widths.rate) : "";
}
