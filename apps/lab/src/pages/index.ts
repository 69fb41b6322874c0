import type { AnyPage } from "../frame/page.ts";
import { page as batch } from "./batch/page.ts";
import { page as claims } from "./claims/page.ts";
import { page as featureScales } from "./feature-scales/page.ts";
import { page as landscape } from "./landscape/page.ts";
import { page as ownData } from "./own-data/page.ts";
import { page as train } from "./train/page.ts";
import { page as whatItDoes } from "./what-it-does/page.ts";

/** The pages, in the order of the navigation; the first is what a visitor sees first. */
export const pages: readonly AnyPage[] = [
  whatItDoes,
  featureScales,
  train,
  batch,
  landscape,
  claims,
  ownData,
];
