import type { Model } from "./model.js";

/** A search that ended early, as plain data: it can be cloned, sent to another thread, or written to a file. */
export interface Checkpoint {
  /** `Model.name`, and the words of a state. */
  readonly model: string;
  readonly words: number;
  readonly order: "bfs" | "dfs";
  readonly store: "exact" | "compact";
  /** Some steps were left out: see `Model.reduce`. */
  readonly reduced: boolean;
  /** As in `Figures`. */
  readonly generated: number;
  readonly depth: number;
  readonly goal: number;
  /** Number of the first state that is BROKEN, or that is a dead end; -1: none yet. */
  readonly brokenAt: number;
  readonly deadEndAt: number;
  /** What the store holds: packed states in their order, or hashes of two words in any order. */
  readonly states: Int32Array;
  /** By state: its parent, and its place among the parent's successors. */
  readonly tree: { readonly parent: Int32Array; readonly place: Uint16Array };
  /** The states that wait, the oldest first: number, depth, and for a compact store the packed state. */
  readonly frontier: Int32Array;
}

/** Throws a RangeError if `from` was not made by a search like this one. */
export function checkOrigin(
  from: Checkpoint,
  model: Model,
  order: string,
  store: string,
  reduced: boolean,
): void {
  const rows: [what: string, was: string | number, is: string | number][] = [
    ["model", from.model, model.name],
    ["words", from.words, model.words],
    ["order", from.order, order],
    ["store", from.store, store],
    ["reduction", from.reduced ? "some" : "none", reduced ? "some" : "none"],
  ];
  for (const [what, was, is] of rows) {
    if (was !== is) {
      throw new RangeError(
        `The checkpoint has the ${what} ${was}, this search ${is}: go on with the same, or start anew.`,
      );
    }
  }
}
