import type { Graph } from "./graph.js";

/** Strongly connected components: those of component i are `states[first[i]]` up to but not including `states[first[i + 1]]`. */
export interface Components {
  readonly count: number;
  readonly states: Int32Array;
  readonly first: Int32Array;
}

/**
 * Splits the part of a graph made of `members` into its strongly connected components, successors before
 * predecessors. `region[s] === id` must hold for the members and for nobody else: only edges between members count.
 */
export type Splitter = (members: Int32Array, region: Int32Array, id: number) => Components;

/** Of a state whose component is complete: above every rank. */
const CLOSED = 0x7fff_ffff;

/**
 * A {@link Splitter} that keeps its scratch space from one call to the next, so a call costs what its members and
 * their edges cost. Tarjan, "Depth-first search and linear graph algorithms" (1972), without recursion and with one
 * number by state instead of two (Pearce 2016).
 */
export function newSplitter(graph: Graph): Splitter {
  const { first, target } = graph;
  const rank = new Int32Array(graph.count);
  const cursor = new Uint32Array(graph.count);

  return (members, region, id) => {
    const size = members.length;
    const open = new Int32Array(size);
    const path = new Int32Array(size);
    const entered = new Int32Array(size);
    const states = new Int32Array(size);
    const starts = new Int32Array(size + 1);
    let opened = 0;
    let depth = 0;
    let ranks = 0;
    let placed = 0;
    let count = 0;

    const enter = (s: number): void => {
      path[depth] = s;
      entered[depth++] = ++ranks;
      rank[s] = ranks;
      cursor[s] = first[s]!;
      open[opened++] = s;
    };
    const leave = (s: number): void => {
      const lowest = rank[s]!;
      if (lowest === entered[--depth]) {
        let popped: number;
        do {
          popped = open[--opened]!;
          rank[popped] = CLOSED;
          states[placed++] = popped;
        } while (popped !== s);
        starts[++count] = placed;
      } else {
        const before = path[depth - 1]!;
        if (lowest < rank[before]!) rank[before] = lowest;
      }
    };

    for (const root of members) {
      if (rank[root] !== 0) continue;
      enter(root);
      while (depth > 0) {
        const s = path[depth - 1]!;
        const edge = cursor[s]!;
        if (edge === first[s + 1]!) {
          leave(s);
          continue;
        }
        cursor[s] = edge + 1;
        const to = target[edge]!;
        if (region[to] !== id) continue;
        if (rank[to] === 0) enter(to);
        else if (rank[to]! < rank[s]!) rank[s] = rank[to]!;
      }
    }
    for (const s of members) rank[s] = 0;
    return { count, states, first: starts.slice(0, count + 1) };
  };
}
