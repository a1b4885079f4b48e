/** A search of several targets, cut into items; and their results, put together again. */
import { canonicalJson, nameOf } from "./canonical.js";
import { CodeMismatchError } from "./errors.js";
import { type Item, type ItemResult, newItem } from "./item.js";
import { type Found, mergeFound, remaining, type Search, splitSearch } from "./search.js";
import { openTarget, type Target } from "./target.js";

/** Plain data. */
export interface Campaign {
  /** Letters, digits, `.`, `_` and `-`. */
  readonly id: string;
  readonly code: string;
  readonly targets: readonly Target[];
  /** Done to each target. */
  readonly search: Search;
}

/** Unless told, the id is a name made of all the rest: to start the same again is to go on with it. */
export function newCampaign(code: string, targets: readonly Target[], search: Search, id?: string): Campaign {
  const known = new Map(targets.map((target) => [canonicalJson(target), target]));
  const rest = { code, targets: [...known.keys()].sort().map((key) => known.get(key)!), search };
  return { id: id ?? nameOf(rest), ...rest };
}

/** What a campaign found, as far as it got. Equal campaigns that are complete give equal reports, byte for byte. */
export interface Report {
  readonly campaign: Campaign;
  /** Nothing is left to do. */
  readonly complete: boolean;
  /** In the order of the campaign's targets; without findings: none is there yet. */
  readonly targets: readonly { readonly target: Target; readonly found?: Found }[];
}

/** The report as it is kept. */
export function reportText(report: Report): string {
  return `${canonicalJson(report)}\n`;
}

/**
 * Items of about `seconds` each for what is not in `done` yet. Where one ends and the next begins depends on the
 * speed of this machine; what they find together does not. `clock` in seconds.
 */
export function splitCampaign(
  campaign: Campaign,
  seconds: number,
  clock: () => number,
  done?: Report,
): readonly Item[] {
  const foundOf = new Map(done?.targets.map(({ target, found }) => [canonicalJson(target), found]));
  return campaign.targets.flatMap((target) => {
    const newRun = openTarget(target);
    return remaining(campaign.search, foundOf.get(canonicalJson(target)))
      .flatMap((search) => splitSearch(newRun, search, seconds, clock))
      .map((search) => newItem(campaign.code, target, search));
  });
}

/** Results put together, whichever way they come. */
export interface Gathering {
  /** Adds a result; false: it was there already. Throws CodeMismatchError, BadResultError. */
  add(result: ItemResult): boolean;
  has(item: string): boolean;
  readonly count: number;
  report(complete: boolean): Report;
}

/** Begins with what `done` found. */
export function newGathering(campaign: Campaign, done?: Report): Gathering {
  const seen = new Set<string>();
  const found = new Map<string, Found>();
  for (const row of done?.targets ?? []) if (row.found) found.set(canonicalJson(row.target), row.found);
  return {
    add: (result) => {
      if (result.code !== campaign.code) throw new CodeMismatchError(campaign.code, result.code);
      if (seen.has(result.item)) return false;
      const key = canonicalJson(result.target);
      const sofar = found.get(key);
      found.set(key, sofar === undefined ? result.found : mergeFound(sofar, result.found));
      seen.add(result.item);
      return true;
    },
    has: (item) => seen.has(item),
    get count() {
      return seen.size;
    },
    report: (complete) => ({
      campaign,
      complete,
      targets: campaign.targets.map((target) => {
        const what = found.get(canonicalJson(target));
        return what === undefined ? { target } : { target, found: what };
      }),
    }),
  };
}
