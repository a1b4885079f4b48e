import { BROKEN, GOAL, type Model, newSuccessors } from "../explore/mod.js";

/** Every state of a small model, found breadth first. */
export interface Found {
  /** Keys of the states in the order they were found; edges by row. */
  readonly states: readonly Int32Array[];
  readonly successors: readonly { readonly choice: number; readonly to: number }[][];
  readonly labels: readonly number[];
  /** Successors, and the first state: what TLC calls generated. */
  readonly generated: number;
}

/** The plainest search there is, to have something no engine's mistakes can hide in. */
export function searchAll(model: Model): Found {
  const rows = new Map<string, number>();
  const states: Int32Array[] = [];
  const row = (state: Int32Array): number => {
    const key = state.join();
    const known = rows.get(key);
    if (known !== undefined) return known;
    rows.set(key, states.length);
    return states.push(state.slice()) - 1;
  };
  row(model.initial());
  const out = newSuccessors(model);
  const successors: { choice: number; to: number }[][] = [];
  let generated = 1;
  for (let at = 0; at < states.length; at++) {
    model.expand(states[at]!, 0, out);
    generated += out.count;
    successors.push(
      Array.from({ length: out.count }, (_, i) => ({
        choice: out.choices[i]!,
        to: row(out.words.subarray(i * model.words, (i + 1) * model.words)),
      })),
    );
  }
  return { states, successors, labels: states.map((s) => model.label(s, 0)), generated };
}

export const isGoal = (label: number): boolean => (label & GOAL) !== 0;
export const isBroken = (label: number): boolean => (label & BROKEN) !== 0;
