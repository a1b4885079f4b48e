/** The ways to search one target: run, shared out, merged. */
import {
  type CampaignPlan,
  type CampaignReport,
  mergeReports,
  newRandom,
  type Run,
  runCampaign,
  type SeedRange,
} from "../lab/explore/mod.js";
import { BadResultError } from "./errors.js";
import { guessSteps, mergeTrees, type Prefix, searchTree, splitTree, type TreeReport } from "./tree.js";

/**
 * What to run. `random`: an execution for each seed from the first to before the second. `tree`: every schedule of at
 * most `depth` steps that begins with `prefix`. A part of a search is a search.
 */
export type Search =
  | { readonly kind: "random"; readonly plan: Required<CampaignPlan>; readonly seeds: SeedRange }
  | { readonly kind: "tree"; readonly depth: number; readonly prefix: Prefix };

/** What came of it. */
export type Found =
  | { readonly kind: "random"; readonly report: CampaignReport }
  | { readonly kind: "tree"; readonly report: TreeReport };

export function runSearch(newRun: () => Run, search: Search): Found {
  switch (search.kind) {
    case "random":
      return { kind: "random", report: runCampaign(newRun, search.plan, search.seeds) };
    case "tree":
      return { kind: "tree", report: searchTree(newRun, search.depth, search.prefix) };
  }
}

/** What both found: associative, and the order does not matter. Throws BadResultError, RangeError if they do not fit together. */
export function mergeFound(one: Found, other: Found): Found {
  if (one.kind === "random" && other.kind === "random")
    return { kind: "random", report: mergeReports(one.report, other.report) };
  if (one.kind === "tree" && other.kind === "tree")
    return { kind: "tree", report: mergeTrees(one.report, other.report) };
  throw new BadResultError(`a ${one.kind} search and a ${other.kind} search do not merge`);
}

/** What is left of a search when `found` is there already. A tree that was begun is searched again. */
export function remaining(search: Search, found: Found | undefined): readonly Search[] {
  if (found === undefined) return [search];
  if (search.kind !== "random" || found.kind !== "random") return [];
  const [from, to] = search.seeds;
  const gaps: SeedRange[] = [];
  let at = from;
  for (const [start, end] of found.report.seeds) {
    if (at < Math.min(start, to)) gaps.push([at, Math.min(start, to)]);
    at = Math.max(at, end);
  }
  if (at < to) gaps.push([at, to]);
  return gaps.map((seeds) => ({ ...search, seeds }));
}

/** No search falls into more parts than this. */
const MOST_PARTS = 10_000;
const PROBES = 100;

/**
 * Parts of about `seconds` each, by a trial of a second. Where the cuts are depends on the machine,
 * what the parts find together does not. `clock` in seconds.
 */
export function splitSearch(
  newRun: () => Run,
  search: Search,
  seconds: number,
  clock: () => number,
): readonly Search[] {
  if (search.kind === "tree") {
    const { depth, prefix } = search;
    const random = newRandom(1);
    // The first time is the compiler's.
    guessSteps(newRun, depth, prefix, PROBES, random.below);
    const began = clock();
    const steps = guessSteps(newRun, depth, prefix, PROBES, random.below);
    const perStep = (clock() - began) / (PROBES * Math.max(1, depth));
    const parts = Math.min(MOST_PARTS, Math.ceil((steps * perStep) / seconds));
    return splitTree(newRun, depth, prefix, parts).map((below) => ({ ...search, prefix: below }));
  }
  const [from, to] = search.seeds;
  const perPart = Math.max(seedsPer(newRun, search, seconds, clock), Math.ceil((to - from) / MOST_PARTS), 1);
  const parts: Search[] = [];
  for (let at = from; at < to; at += perPart) {
    parts.push({ ...search, seeds: [at, Math.min(to, at + perPart)] });
  }
  return parts;
}

const TRIAL_SECONDS = 1;

/** How many seeds run in `seconds`, by the fastest of some batches: the first ones are the compiler's. */
function seedsPer(
  newRun: () => Run,
  { plan, seeds: [from, to] }: Extract<Search, { kind: "random" }>,
  seconds: number,
  clock: () => number,
): number {
  let total = 0;
  let perSeed = Number.POSITIVE_INFINITY;
  for (let batch = 8; ; batch *= 2) {
    const count = Math.min(batch, to - from);
    const began = clock();
    runCampaign(newRun, plan, [from, from + count]);
    const spent = clock() - began;
    total += spent;
    perSeed = Math.min(perSeed, spent / Math.max(1, count));
    if (total >= TRIAL_SECONDS || count < batch) return Math.floor(seconds / Math.max(perSeed, 1e-9));
  }
}
