/** What the cells of the matrix say together: which sets of changes are enough, and which change makes what worse. */
import { LIMITS, POLICIES, type Policy } from "../models/reconnect/mod.js";
import type { Fix, Preset } from "../scenario/mod.js";
import { COLUMNS, PROPOSED, ROWS, UPSTREAM } from "./cells.js";
import type { Cell } from "./row.js";

export interface Row {
  readonly fixes: readonly Fix[];
  readonly cells: readonly Cell[];
}

/** What one may want of a set of changes, the weakest first, and the verdicts that satisfy it. */
export const AIMS = {
  "never hangs": ["recovers", "churns", "stalls"],
  "always recovers": ["recovers"],
} as const satisfies Record<string, readonly Cell["verdict"][]>;
export type Aim = keyof typeof AIMS;

export interface Sufficient {
  readonly aim: Aim;
  readonly policy: Policy | "any";
  /** Of the upstream changes: each set is enough in every column of the policy, and no proper subset of it is. */
  readonly sets: readonly (readonly Fix[])[];
  /** The sets that have more and are not enough: a change that spoils it. */
  readonly spoilt: readonly (readonly Fix[])[];
  /** Of what the report proposed, what is enough. */
  readonly proposed: readonly (readonly Fix[])[];
}

/** A change on top of others after which a cell is worse. */
export interface Regression {
  readonly fix: Fix;
  readonly from: Cell["verdict"];
  readonly to: Cell["verdict"];
  /** So many cells of the matrix became worse that way. */
  readonly cells: number;
  /** One of those with the fewest other changes, after the change. */
  readonly example: Cell;
}

export interface Matrix {
  readonly preset: Preset;
  readonly rows: readonly Row[];
  readonly sufficient: readonly Sufficient[];
  readonly regressions: readonly Regression[];
  readonly limits: string;
}

const WORSE = ["recovers", "churns", "stalls", "undecided", "hangs", "breaks"] as const;

/** Puts all rows together, in any order given. Throws RangeError when one is missing. */
export function matrixOf(preset: Preset, results: readonly Row[]): Matrix {
  const rows = ROWS.map((fixes) => {
    const row = results.find((one) => keyOf(one.fixes) === keyOf(fixes));
    if (row === undefined) throw new RangeError(`the row ${keyOf(fixes) || "without changes"} is missing`);
    return row;
  });
  const sufficient = (Object.keys(AIMS) as Aim[]).flatMap((aim) =>
    (["any", ...POLICIES] as const).map((policy) => sufficientFor(rows, aim, policy)),
  );
  return { preset, rows, sufficient, regressions: regressionsOf(rows), limits: LIMITS };
}

function keyOf(fixes: readonly Fix[]): string {
  return fixes.toSorted().join();
}

function isProposed({ fixes }: Row): boolean {
  return PROPOSED.some((one) => keyOf(one) === keyOf(fixes));
}

function sufficientFor(rows: readonly Row[], aim: Aim, policy: Policy | "any"): Sufficient {
  const good: readonly string[] = AIMS[aim];
  const enough = ({ cells }: Row) =>
    cells.every(
      ({ verdict }, i) => (policy !== "any" && COLUMNS[i]!.policy !== policy) || good.includes(verdict),
    );
  const upstream = rows.filter((row) => !isProposed(row));
  const sets = upstream.filter(enough).map(({ fixes }) => fixes);
  const minimal = sets.filter((set) => !sets.some((other) => isWithin(other, set)));
  return {
    aim,
    policy,
    sets: minimal,
    spoilt: upstream
      .filter((row) => !enough(row) && minimal.some((set) => isWithin(set, row.fixes)))
      .map(({ fixes }) => fixes),
    proposed: rows.filter((row) => isProposed(row) && enough(row)).map(({ fixes }) => fixes),
  };
}

/** A proper subset? */
function isWithin(set: readonly Fix[], whole: readonly Fix[]): boolean {
  return set.length < whole.length && set.every((fix) => whole.includes(fix));
}

function regressionsOf(rows: readonly Row[]): readonly Regression[] {
  const found = new Map<string, { -readonly [K in keyof Regression]: Regression[K] }>();
  for (const before of rows.filter((row) => !isProposed(row))) {
    for (const { fix } of UPSTREAM) {
      const after = rows.find((row) => keyOf(row.fixes) === keyOf([...before.fixes, fix]));
      if (before.fixes.includes(fix) || after === undefined) continue;
      before.cells.forEach(({ verdict: from }, i) => {
        const example = after.cells[i]!;
        const to = example.verdict;
        if (WORSE.indexOf(to) <= WORSE.indexOf(from)) return;
        const key = `${fix} ${from} ${to}`;
        const known = found.get(key);
        if (known === undefined) found.set(key, { fix, from, to, cells: 1, example });
        else known.cells++;
      });
    }
  }
  return [...found.values()];
}
