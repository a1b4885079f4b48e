/** The matrix in words: one letter a verdict, and the sentences around the table. */
import { entryName } from "../models/reconnect/mod.js";
import type { Fix } from "../scenario/mod.js";
import { ENTRIES, UPSTREAM } from "./cells.js";
import type { Cell } from "./row.js";
import type { Matrix } from "./summary.js";

export const LETTERS: { readonly [verdict in Cell["verdict"]]: string } = {
  recovers: "·",
  churns: "c",
  stalls: "s",
  hangs: "H",
  breaks: "!",
  undecided: "?",
};

/** What the letters mean. */
export const LEGEND = [
  "·  recovers: every fair schedule ends with an answer",
  "c  churns: an answer stays in reach, but a fair schedule can go round for ever",
  "s  stalls: some schedule is answered only when the request's own timeout (a minute) drives it on",
  "H  hangs: some schedule comes to where nothing leads to an answer any more",
  "!  breaks: a call fails, or goes out twice on a live connection",
] as const;

/** The names of the columns of one policy, in their order. */
export function entryNames(): readonly string[] {
  return ENTRIES.map(entryName);
}

/** `a + b`, `no change`. */
export function setText(fixes: readonly Fix[]): string {
  return fixes.length === 0 ? "no change" : fixes.map(withCommit).join(" + ");
}

function withCommit(fix: Fix): string {
  const known = UPSTREAM.find((one) => one.fix === fix);
  return known === undefined ? `${fix} (proposed)` : `${fix} (${known.commit.slice(0, 8)})`;
}

/** What follows from the cells, a sentence each. */
export function conclusions(matrix: Matrix): readonly string[] {
  const enough = matrix.sufficient.map(({ aim, policy, sets, spoilt, proposed }) => {
    const under = policy === "any" ? "under every scheduler" : `under ${policy}`;
    const parts = [
      sets.length === 0 ? "no set of the upstream changes" : sets.map(setText).join(", or "),
      ...(spoilt.length > 0 ? [`spoilt by more in ${spoilt.length} sets`] : []),
      ...(proposed.length > 0 ? [`of the proposed: ${proposed.map(setText).join("; ")}`] : []),
    ];
    return `${aim} ${under}: ${parts.join("; ")}`;
  });
  const worse = matrix.regressions.map(
    ({ fix, from, to, cells, example }) =>
      `${withCommit(fix)} makes ${cells} cells worse, ${from} to ${to}: ${example.model}`,
  );
  return [...enough, ...worse];
}
