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
