/** A unit of work that any machine with the same code can do, any number of times, to the same bytes. */
import { canonicalJson, nameOf } from "./canonical.js";
import { BadResultError } from "./errors.js";
import { type Found, runSearch, type Search } from "./search.js";
import { openTarget, type Target } from "./target.js";

/** Plain data. */
export interface Item {
  /** A name made of all the rest. */
  readonly id: string;
  /** As `codeHash`: results of other code are other results. */
  readonly code: string;
  readonly target: Target;
  readonly search: Search;
}

export interface ItemResult {
  /** {@link Item.id}. */
  readonly item: string;
  readonly code: string;
  readonly target: Target;
  readonly found: Found;
}

export function newItem(code: string, target: Target, search: Search): Item {
  return { id: nameOf({ code, target, search }), code, target, search };
}

/** Does the work; the result as canonical JSON. Throws TargetError. */
export function runItem({ id, code, target, search }: Item): string {
  const result: ItemResult = { item: id, code, target, found: runSearch(openTarget(target), search) };
  return canonicalJson(result);
}

/** Reads what {@link runItem} wrote. Throws {@link BadResultError}. */
export function readResult(bytes: string): ItemResult {
  let data: Partial<ItemResult> | null;
  try {
    data = JSON.parse(bytes) as Partial<ItemResult> | null;
  } catch (error) {
    throw new BadResultError(`a result is not JSON: ${(error as Error).message}; run its item again`);
  }
  const { item, code, target, found } = data ?? {};
  if (typeof item !== "string" || typeof code !== "string" || target === undefined || found === undefined)
    throw new BadResultError("a result lacks its item, code, target or findings; run its item again");
  return { item, code, target, found };
}
