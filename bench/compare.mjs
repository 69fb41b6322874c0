// @ts-check
// The same work on Evenkeel and its peers, in turn within one run. See README.md.
import { compare } from "./command.mjs";
import { peers } from "./peers.mjs";
import { workloads } from "./workloads.mjs";

await compare({ file: "bench/compare.mjs", workloads, peers });
