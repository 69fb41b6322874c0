import type { Claim } from "../../claim/claim.js";
import { fasterAndHigher } from "./sigmoid-mnist.js";

/** In the order of their numbers. */
export const ioffeSzegedy: readonly Claim[] = [fasterAndHigher];
