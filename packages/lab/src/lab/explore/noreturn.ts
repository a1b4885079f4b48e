import type { Graph } from "./graph.js";
import type { Way } from "./lasso.js";
import { GOAL } from "./model.js";

/**
 * What can still become of a state: `done`, it is a GOAL; `possible`, GOAL can be reached by steps meant for it;
 * `stalled`, only through a choice that is `unrelated`; `hung`, not at all, whatever anybody does.
 */
export type Outlook = "possible" | "stalled" | "hung" | "done";

export const POSSIBLE = 0;
export const STALLED = 1;
export const HUNG = 2;
export const DONE = 3;
const OUTLOOKS: readonly Outlook[] = ["possible", "stalled", "hung", "done"];

/**
 * The outlook of every state, as {@link POSSIBLE}, {@link STALLED}, {@link HUNG} or {@link DONE}. What follows a GOAL
 * does not count. In an incomplete graph a state that was not looked into is taken for `possible`, so `hung` is
 * proven, `stalled` may be `hung` in truth, and `possible` may be either.
 */
export function outlooks(graph: Graph): Uint8Array {
  const { count, expanded, label, first, target, choice } = graph;
  const unrelated = Uint8Array.from(graph.model.choices, (c) => (c.unrelated ? 1 : 0));
  const isDone = (s: number): boolean => (label[s]! & GOAL) !== 0;

  // The edges backwards: by target, source * 2 + whether the choice is unrelated.
  const into = new Uint32Array(count + 1);
  for (let e = 0; e < target.length; e++) into[target[e]! + 1]!++;
  for (let s = 0; s < count; s++) into[s + 1]! += into[s]!;
  const source = new Uint32Array(target.length);
  const next = into.slice();
  for (let s = 0; s < count; s++) {
    for (let e = first[s]!; e < first[s + 1]!; e++)
      source[next[target[e]!]!++] = s * 2 + unrelated[choice[e]!]!;
  }

  const outlook = new Uint8Array(count).fill(HUNG);
  const queue = new Int32Array(count);
  let length = 0;
  for (let s = 0; s < count; s++) {
    if (!isDone(s) && s < expanded) continue;
    outlook[s] = isDone(s) ? DONE : POSSIBLE;
    queue[length++] = s;
  }
  for (const [reached, most] of [[POSSIBLE, 0] as const, [STALLED, 1] as const]) {
    for (let head = 0; head < length; head++) {
      const s = queue[head]!;
      for (let i = into[s]!; i < into[s + 1]!; i++) {
        const from = source[i]! >>> 1;
        if (outlook[from] !== HUNG || (source[i]! & 1) > most) continue;
        outlook[from] = reached;
        queue[length++] = from;
      }
    }
  }
  return outlook;
}

/** Where a schedule loses its GOAL. */
export interface NoReturn {
  /** By state of the way. All `done` from the first GOAL on. */
  readonly outlooks: readonly Outlook[];
  /**
   * So many steps of the way make a hang inevitable: `way.choices[after - 1]` is the fatal one. 0: nothing could be
   * saved from the beginning. Undefined: it never comes to that.
   */
  readonly after: number | undefined;
}

/** The point of no return of `way`, exactly. `by` is {@link outlooks} of the graph, for whoever asks more than once. */
export function pointOfNoReturn(graph: Graph, way: Way, by: Uint8Array = outlooks(graph)): NoReturn {
  let done = false;
  const along = way.states.map((s): Outlook => {
    done ||= by[s] === DONE;
    return done ? "done" : OUTLOOKS[by[s]!]!;
  });
  const after = along.indexOf("hung");
  return { outlooks: along, after: after < 0 ? undefined : after };
}
