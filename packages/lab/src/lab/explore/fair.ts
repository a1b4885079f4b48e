import type { Graph } from "./graph.js";
import { newSplitter } from "./scc.js";

/** Where a fair schedule can stay for ever. */
export interface FairComponents {
  /** Each a set of states; a tour of all its states and steps is fair, and every fair cycle lies within one. */
  readonly components: readonly Int32Array[];
  /** By state: index of its component, -1: in none. */
  readonly of: Int32Array;
  /** By state: where it stands in its component. */
  readonly place: Int32Array;
}

/**
 * The fair components of the part of `graph` made of `members`.
 *
 * Which schedules count: an infinite walk of the graph, or one that ends, where
 * - a step is an edge to another state. An edge from a state to itself is stuttering: nobody acts by it, and nobody
 *   is enabled by it (the `<A>_v` of TLA+);
 * - an actor is enabled in a state that has a step of his, wherever it leads, also out of the members;
 * - a `weak` actor who from some moment on is enabled in every state acts again and again;
 * - a `strong` actor who is enabled again and again acts again and again;
 * - an actor with `none` is owed nothing;
 * - a schedule may end, which is the same as stuttering for ever, in a state where nobody weak or strong is enabled.
 *   That is a component of one state: a deadlock, or a state that only a fault could leave. So a model must not let
 *   a fault that need not happen hold up a timer: it would seem to wait for the fault for ever.
 *
 * Weak fairness decides a strongly connected component at once: if it owes an actor, so does every part of it.
 * Strong fairness may forbid some of its states only, so these are taken away and the rest is split again: the
 * emptiness check of Streett automata (Emerson and Lei 1987), at most one round by strong actor on any branch.
 */
export function fairComponents(graph: Graph, members: Int32Array): FairComponents {
  const { first, target, choice } = graph;
  const { actors, choices } = graph.model;
  const actorOf = Int32Array.from(choices, (c) => c.actor);
  const split = newSplitter(graph);

  /** By state, while this runs: the number of the set it belongs to; 0: taken away. */
  const region = new Int32Array(graph.count);
  let regions = 0;
  const mark = (set: Int32Array): number => {
    regions++;
    for (const s of set) region[s] = regions;
    return regions;
  };

  /** By actor: in how many states of the set he is enabled, and whether he acts inside it. */
  const enabledIn = new Int32Array(actors.length);
  const acts = new Uint8Array(actors.length);
  const lastSeen = new Int32Array(actors.length);
  const survey = (set: Int32Array, id: number): void => {
    enabledIn.fill(0);
    acts.fill(0);
    lastSeen.fill(-1);
    for (const s of set) {
      for (let e = first[s]!; e < first[s + 1]!; e++) {
        const to = target[e]!;
        if (to === s) continue;
        const actor = actorOf[choice[e]!]!;
        if (lastSeen[actor] !== s) {
          lastSeen[actor] = s;
          enabledIn[actor]!++;
        }
        if (region[to] === id) acts[actor] = 1;
      }
    }
  };
  const starves = (actor: number, fairness: "weak" | "strong", atLeast: number): boolean =>
    actors[actor]!.fairness === fairness && acts[actor] === 0 && enabledIn[actor]! >= atLeast;
  const starved = new Uint8Array(actors.length);
  const couldActHere = (s: number): boolean => {
    for (let e = first[s]!; e < first[s + 1]!; e++) {
      if (target[e] !== s && starved[actorOf[choice[e]!]!] === 1) return true;
    }
    return false;
  };

  const found: Int32Array[] = [];
  const todo: Int32Array[] = members.length === 0 ? [] : [members];
  for (let set = todo.pop(); set !== undefined; set = todo.pop()) {
    const parts = split(set, region, mark(set));
    for (let i = 0; i < parts.count; i++) {
      const part = parts.states.subarray(parts.first[i]!, parts.first[i + 1]!);
      survey(part, mark(part));
      let unfair = false;
      let some = false;
      for (let a = 0; a < actors.length; a++) {
        if (starves(a, "weak", part.length)) unfair = true;
        starved[a] = starves(a, "strong", 1) ? 1 : 0;
        if (starved[a] === 1) some = true;
      }
      if (unfair) continue;
      if (!some) {
        found.push(part.slice().sort());
        continue;
      }
      const rest = part.filter((s) => !couldActHere(s));
      if (rest.length > 0) todo.push(rest);
    }
  }

  const components = found.sort((a, b) => a[0]! - b[0]!);
  const of = new Int32Array(graph.count).fill(-1);
  const place = new Int32Array(graph.count);
  components.forEach((set, i) => {
    set.forEach((s, at) => {
      of[s] = i;
      place[s] = at;
    });
  });
  return { components, of, place };
}
