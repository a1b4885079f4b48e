/** Campaigns small enough to run many times. */
import { type Campaign, newCampaign } from "./campaign.js";
import type { Search } from "./search.js";
import { parseTarget } from "./target.js";

export const CODE = "c0de";

export const RANDOM: Extract<Search, { kind: "random" }> = {
  kind: "random",
  plan: {
    strategy: { kind: "walk" },
    limits: { unfairSteps: 20, maxSteps: 300 },
    sketchSize: 64,
    countStates: true,
  },
  seeds: [1, 61],
};

export const TREE: Search = { kind: "tree", depth: 5, prefix: [] };

export const TARGETS = ["two-phase-commit_2", "mill:calm", "family_port-in-time-wait_broken"];

export const campaignOf = (search: Search, words: readonly string[] = TARGETS): Campaign =>
  newCampaign(CODE, words.map(parseTarget), search);
