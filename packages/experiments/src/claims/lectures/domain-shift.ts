import { claim } from "../../claim/claim.js";
import { across } from "../../claim/evidence.js";
import { rules } from "../../claim/rule.js";
import { type DomainShiftResult, domainShift } from "../../runs/domain-shift.js";
import type { Size } from "../../runs/run.js";
import { bootstrap } from "../../statistics/interval.js";
import {
  batchNorm,
  type LectureNetwork,
  lectureNetwork,
  lecturePlan,
  lectureRate,
} from "./lecture-network.js";

/** The looks of the digits; all but the first are new to the network. */
const domains = [
  { name: "as trained", scale: 1, offset: 0 },
  { name: "on grey", scale: 0.5, offset: 127 },
  { name: "faint", scale: 0.25, offset: 0 },
  { name: "inverted", scale: -1, offset: 255 },
] as const;

type Look = (typeof domains)[number]["name"];

const examples = { smoke: 500, laptop: 5000, paper: 10_000 } as const satisfies Record<Size, number>;

const tested = (size: Size, options: LectureNetwork, normalized: boolean) =>
  domainShift({
    ...lecturePlan[size],
    network: lectureNetwork(options),
    optimizer: lectureRate,
    domains,
    recalibrationExamples: examples[size],
    normalizations: normalized
      ? [1, 2].map((layer) => ({ name: `dense_${layer}_normalization`, input: `dense_${layer}` }))
      : [],
  });

/** NG17-6. */
export const shiftedDomain = claim({
  id: "NG17-6",
  title: "Black cats, coloured cats: a shifted input domain",
  statement:
    "A network that has learned from one domain fails in another although the true function is the same; batch norm, by the new domain's statistics, takes shifts of mean and variance away from the layers behind it.",
  source: "C2W3L06, the second reason: a classifier of cats, trained on black ones, tested on coloured ones",
  published: "No number; the example is known from summaries only.",
  setting: {
    smoke: "784-300-100-10 on 2000 images of MNIST, one epoch.",
    laptop:
      "Digits in place of cats: 784-300-100-10, trained for five epochs on white digits on black (SGD at 0.3, batches of 128), tested on white digits on grey (mean and spread of the pixels change; this decides), faint ones, and inverted ones (which is more than a change of mean and spread). Batch norm by the statistics of training, and by those of 5000 images of the new domain without their labels. With these, grey and faint digits are as those trained on but for ε: a change of all inputs alike is undone in the first batch norm, by its definition. So that rule can hardly fail; what the statistics of training make of new digits, and of inverted ones new statistics, is not known beforehand. As a control, the network without batch norm on images whose pixels are given the mean and deviation of those trained on.",
    paper: "As at laptop, ten epochs of batches of 32, 10,000 images.",
  },
  runs: (size) => ({
    plain: tested(size, {}, false),
    normalized: tested(size, { normalization: batchNorm }, true),
  }),
  measures: {
    fails: {
      title: "test accuracy without batch norm, digits as trained − on grey",
      unit: "points",
      of: ({ plain }) => accuracy(plain, "as trained") - accuracy(plain, "on grey"),
      rule: rules.above(0.05),
    },
    taken: {
      title: "test accuracy on grey, batch norm by the new domain's statistics − without batch norm",
      unit: "points",
      of: ({ plain, normalized }) => recalibrated(normalized, "on grey") - accuracy(plain, "on grey"),
      rule: rules.above(0),
    },
    stale: {
      title: "test accuracy on grey, batch norm by the statistics of training − without batch norm",
      unit: "points",
      of: ({ plain, normalized }) => accuracy(normalized, "on grey") - accuracy(plain, "on grey"),
    },
    staleFaint: {
      title: "test accuracy on faint digits, batch norm by the statistics of training − without batch norm",
      unit: "points",
      of: ({ plain, normalized }) => accuracy(normalized, "faint") - accuracy(plain, "faint"),
    },
    inverted: {
      title:
        "test accuracy on inverted digits, batch norm by the new domain's statistics − without batch norm",
      unit: "points",
      of: ({ plain, normalized }) => recalibrated(normalized, "inverted") - accuracy(plain, "inverted"),
    },
    control: {
      title:
        "test accuracy on grey, batch norm by the new domain's statistics − without batch norm, pixels re-standardised",
      unit: "points",
      of: ({ plain, normalized }) => recalibrated(normalized, "on grey") - restandardized(plain, "on grey"),
    },
    invertedControl: {
      title: "the same on inverted digits",
      unit: "points",
      of: ({ plain, normalized }) => recalibrated(normalized, "inverted") - restandardized(plain, "inverted"),
    },
  },
  remarks: {
    undecided: "In some seeds grey cost the network without batch norm hardly more than five points.",
    refuted: "Grey cost the network without batch norm no more than five points.",
  },
  figures: (evidence) => {
    const bars = (series: string, of: (results: Both, look: Look) => number) => ({
      type: "bars" as const,
      series,
      points: domains.map(({ name }) => {
        const { effect, low, high } = bootstrap(across(evidence, (results) => of(results, name)));
        return { x: name, y: effect, ...(Number.isFinite(low) && { low, high }) };
      }),
    });
    return [
      {
        title: "Test accuracy by domain",
        caption:
          "All networks learned from white digits on black; error bars are 95 % intervals over the seeds.",
        panels: [
          {
            type: "plot",
            title: "measured",
            x: { label: "digits", scale: "band" },
            y: { label: "test accuracy", domain: [0, 1] },
            marks: [
              bars("without batch norm", ({ plain }, look) => accuracy(plain, look)),
              bars("without batch norm, pixels re-standardised", ({ plain }, look) =>
                restandardized(plain, look),
              ),
              bars("with batch norm", ({ normalized }, look) => accuracy(normalized, look)),
              bars("with batch norm, new statistics", ({ normalized }, look) =>
                recalibrated(normalized, look),
              ),
            ],
          },
        ],
      },
    ];
  },
});

type Both = Readonly<Record<"plain" | "normalized", DomainShiftResult>>;

function accuracy(result: DomainShiftResult, look: Look): number {
  return result.domains.find(({ name }) => name === look)!.accuracy;
}

function recalibrated(result: DomainShiftResult, look: Look): number {
  return result.domains.find(({ name }) => name === look)!.recalibrated;
}

function restandardized(result: DomainShiftResult, look: Look): number {
  return result.domains.find(({ name }) => name === look)!.restandardized;
}
