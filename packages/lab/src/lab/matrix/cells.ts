/** The rows and columns of the matrix: which fixes, under which scheduler, after which outage. */
import { type Entry, POLICIES, type Policy, type ReconnectSpec } from "../models/reconnect/mod.js";
import type { Fix, Preset } from "../scenario/mod.js";

/** The upstream changes of 2012, in their order, with their commits. */
export const UPSTREAM = [
  { fix: "close-on-close-wait", commit: "a519fc7a70d1" },
  { fix: "disconnected-on-close-wait", commit: "d0bea455dd48" },
  { fix: "no-shutdown-on-epipe", commit: "b9d2bb2ee537" },
  { fix: "quiet-abort", commit: "4bc1e68ed6a8" },
  { fix: "no-error-callback", commit: "f878b657ce8e" },
] as const satisfies readonly { fix: Fix; commit: string }[];

/** What the report of 2012 proposed: its first fix, its "right" one, both. */
export const PROPOSED: readonly (readonly Fix[])[] = [
  ["eagain-to-connect"],
  ["no-early-wake"],
  ["eagain-to-connect", "no-early-wake"],
];

export interface Column {
  readonly policy: Policy;
  readonly entry: Entry;
}

/** All subsets of the upstream changes, fewest first, and then what was proposed. */
export const ROWS: readonly (readonly Fix[])[] = [
  ...Array.from({ length: 2 ** UPSTREAM.length }, (_, mask) =>
    UPSTREAM.filter((_, bit) => (mask & (1 << bit)) !== 0).map(({ fix }): Fix => fix),
  ).sort((a, b) => a.length - b.length),
  ...PROPOSED,
];

/** What came first, and 0 to 2 resets out of nowhere; the same with a server that refuses at first. */
export const ENTRIES: readonly Entry[] = [0, 1].flatMap((refusals) =>
  (["rst", "fin"] as const).flatMap((first) =>
    [0, 1, 2].map((extraRsts): Entry => ({ first, extraRsts, refusals })),
  ),
);

export const COLUMNS: readonly Column[] = POLICIES.flatMap((policy) =>
  ENTRIES.map((entry) => ({ policy, entry })),
);

/** The cell of a row and a column. */
export function specOf(preset: Preset, fixes: readonly Fix[], { policy, entry }: Column): ReconnectSpec {
  return { preset, fixes, policy, entry };
}
