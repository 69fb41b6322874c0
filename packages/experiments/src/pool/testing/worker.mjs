import workerpool from "workerpool";

/** Does what a run's settings say, without any experiment. */
const behaviours = {
  double: ({ value }) => value * 2,
  throw() {
    throw new Error("the experiment is broken");
  },
  crash() {
    console.error("out of order");
    process.exit(7);
  },
  dieWhenIdle({ value }) {
    setTimeout(() => process.exit(7), 10);
    return value;
  },
  dieBeforeNext({ value }) {
    process.prependOnceListener("message", () => process.exit(7));
    return value;
  },
  kill: () => process.kill(process.pid, "SIGKILL"),
  terminated() {
    throw new Error("the sequence was terminated early");
  },
  rant() {
    console.error("never ".repeat(5_000));
    process.exit(7);
  },
  wait: ({ value }) => new Promise((resolve) => setTimeout(() => resolve(value), 200)),
  hang: () => new Promise(() => setInterval(() => {}, 1000)),
};

process.on("SIGINT", () => {});

workerpool.worker({
  async run({ settings, threads }) {
    workerpool.workerEmit({ share: 0.5 });
    const value = await behaviours[settings.does](settings);
    return { seconds: 1, result: JSON.stringify({ value, threads, process: process.pid }) };
  },
});
