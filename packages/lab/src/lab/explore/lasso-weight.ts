import type { Graph } from "./graph.js";

/**
 * What a reader has to bear: compared by `preemptions` first, then by `events`, then by `steps`.
 * A preemption is a thread's step while the thread that ran last could still step; an event is a step of any actor
 * who is no thread.
 */
export interface Weight {
  readonly preemptions: number;
  readonly events: number;
  readonly steps: number;
}

/** {@link Weight} as two numbers: `heavy` is preemptions times this plus events. Exact below 2^26 of either. */
export const PREEMPTION = 2 ** 26;
export const EVENT = 1;

export function weightOf(heavy: number, steps: number): Weight {
  return { preemptions: Math.floor(heavy / PREEMPTION), events: heavy % PREEMPTION, steps };
}

/** The edges of a graph as steps of threads and of others. A lane is 0, no thread has run yet, or 1 + a thread. */
export interface Lanes {
  readonly count: number;
  /** By choice: lane of its actor; 0: he is no thread. */
  readonly ofChoice: Int32Array;
  /** Whether the thread of `lane` has a step, an edge to another state, from `s`. Never in lane 0. */
  canStep(s: number, lane: number): boolean;
}

/** The lanes of a graph's threads, of those that `hasLane` accepts; the rest count as lane 0. */
export function lanesOf(graph: Graph, hasLane: (actor: number) => boolean = () => true): Lanes {
  const { first, target, choice } = graph;
  const { actors, choices } = graph.model;
  let count = 1;
  const ofActor = actors.map((actor, a) => (actor.kind === "thread" && hasLane(a) ? count++ : 0));
  const ofChoice = Int32Array.from(choices, (c) => ofActor[c.actor]!);
  return {
    count,
    ofChoice,
    canStep(s, lane) {
      if (lane === 0) return false;
      for (let e = first[s]!; e < first[s + 1]!; e++) {
        if (ofChoice[choice[e]!] === lane && target[e] !== s) return true;
      }
      return false;
    },
  };
}
