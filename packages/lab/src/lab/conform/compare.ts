/** When a line of one log and a line of another say the same. */
import { type Comparison, FIELDS, type Field } from "./forms.js";
import type { LogLine } from "./log.js";

/** Which name of one log stands for which of the other, both ways; grows as lines are compared, never changes. */
export interface Names {
  readonly pairs: ReadonlyMap<string, string>;
}

export const NO_NAMES: Names = { pairs: new Map() };

/** The line says the same as the other, and then these names hold; or it does not, and this is why. */
export type Compared =
  | { readonly same: true; readonly names: Names }
  | { readonly same: false; readonly because: string };

/**
 * Compares function, kind and fields of two lines. Addresses, tasks, servers and sizes may differ between the logs as
 * long as they differ always in the same way; times, jiffies and xids are not compared.
 */
export function compareLines(recorded: LogLine, modelled: LogLine, names: Names): Compared {
  for (const what of ["fn", "form"] as const) {
    if (recorded[what] === modelled[what]) continue;
    return { same: false, because: `recorded ${recorded[what]}, modelled ${modelled[what]}` };
  }
  const pairs = new Map(names.pairs);
  for (const [name, a, b] of fieldPairs(recorded, modelled)) {
    const field = name === "task" ? TASK : FIELDS[name];
    if (agree(pairs, field?.compare ?? "exact", field?.space ?? name, a, b)) continue;
    return { same: false, because: `${name}: recorded ${a ?? "none"}, modelled ${b ?? "none"}` };
  }
  return { same: true, names: pairs.size === names.pairs.size ? names : { pairs } };
}

/** One string per set of names. */
export function namesKey(names: Names): string {
  return [...names.pairs].map((pair) => pair.join("=")).join(",");
}

/** The task of a line is no part of its form, and numbered as each kernel likes. */
const TASK: Field = { pattern: "\\d+", compare: "name" };

type Value = number | string | undefined;

function fieldPairs(a: LogLine, b: LogLine): readonly (readonly [string, Value, Value])[] {
  const pairs: (readonly [string, Value, Value])[] = [["task", a.task, b.task]];
  for (const name of new Set([...Object.keys(a.fields), ...Object.keys(b.fields)]))
    pairs.push([name, a.fields[name], b.fields[name]]);
  return pairs;
}

function agree(pairs: Map<string, string>, compare: Comparison, space: string, a: Value, b: Value): boolean {
  if (compare === "never") return true;
  const named =
    (compare === "name" && a !== undefined && b !== undefined) ||
    (compare === "count" && typeof a === "number" && typeof b === "number" && a > 0 && b > 0);
  if (!named) return a === b;
  // two entries, one for each direction: what stands for something else already may not stand for this as well
  const there = `recorded ${space} ${a}`;
  const back = `modelled ${space} ${b}`;
  if (!pairs.has(there) && !pairs.has(back)) pairs.set(there, back).set(back, there);
  return pairs.get(there) === back;
}
