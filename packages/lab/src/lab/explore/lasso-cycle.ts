import type { FairComponents } from "./fair.js";
import type { Graph } from "./graph.js";
import { less, newCheapest } from "./lasso-cheapest.js";
import { type Debts, debtsOf } from "./lasso-debts.js";
import { EVENT, lanesOf, PREEMPTION } from "./lasso-weight.js";

/** A cycle by its edges, weighed as it repeats: the thread that runs last in it runs before its first step. */
export interface Cycle {
  readonly edges: readonly number[];
  readonly heavy: number;
}

/** The fair cycles of one component through a given state of it. No edges: a schedule may end there. */
export interface Cycles {
  /** Can {@link cheapest} search at all? Too large a component is left to {@link some}. */
  readonly exact: boolean;
  /** A short fair cycle, not always the cheapest: from each debt to the nearest place where another is paid. */
  some(state: number): Cycle;
  /**
   * The cheapest fair cycle whose weight is below (`heavy`, `steps`); undefined: there is none. Exact: Dijkstra's search
   * over state, thread that ran last and debts. Cycles through states asked for earlier are left out: what a cycle
   * weighs does not depend on where it begins, and who asks in the order of the prefixes has had it for less.
   * `pay` is asked before every node; false: gives up, as if none.
   */
  cheapest(state: number, heavy: number, steps: number, pay: () => boolean): Cycle | undefined;
}

/** More nodes than this are not searched exactly. */
const MOST_NODES = 2 ** 22;

/** The fair cycles of component `which` of `fair`. Throws a RangeError as {@link debtsOf} does. */
export function cyclesOf(graph: Graph, fair: FairComponents, which: number): Cycles {
  const { target, choice } = graph;
  const component = fair.components[which]!;
  const debts = debtsOf(graph, component);
  const inside = innerEdges(graph, fair, which);
  const acting = new Set(Array.from(inside.edge, (e) => graph.model.choices[choice[e]!]!.actor));
  const lanes = lanesOf(graph, (actor) => acting.has(actor));
  /** States asked for. */
  const asked = new Uint8Array(component.length);
  const nodes = component.length * lanes.count * 2 ** debts.bits;
  const search = nodes > MOST_NODES ? undefined : newCheapest(nodes);

  /** What the cycle of `edges` weighs. */
  const weigh = (edges: readonly number[], from: number): number => {
    let lane = 0;
    for (const e of edges) lane = lanes.ofChoice[choice[e]!]! || lane;
    let heavy = 0;
    let s = from;
    for (const e of edges) {
      const by = lanes.ofChoice[choice[e]!]!;
      if (by === 0) heavy += EVENT;
      else {
        if (by !== lane && lanes.canStep(s, lane)) heavy += PREEMPTION;
        lane = by;
      }
      s = target[e]!;
    }
    return heavy;
  };

  return {
    exact: search !== undefined,
    some(state) {
      const edges = greedyTour(graph, inside, debts, fair.place[state]!);
      return { edges, heavy: weigh(edges, state) };
    },
    cheapest(state, heavyBound, stepsBound, pay) {
      const start = fair.place[state]!;
      if (debts.missing(debts.here[start]!) === 0) return { edges: [], heavy: 0 };
      if (search === undefined) return undefined;
      let best: Cycle | undefined;
      let bestHeavy = heavyBound;
      let bestSteps = stepsBound;
      const width = 2 ** debts.bits;
      for (let startLane = 0; startLane < lanes.count; startLane++) {
        search.begin((start * lanes.count + startLane) * width + debts.here[start]!);
        for (let node = search.next(); node !== -1; node = search.next()) {
          if (!less(search.heavy[node]!, search.steps[node]!, bestHeavy, bestSteps) || !pay()) break;
          const set = node % width;
          const at = Math.floor(node / width);
          const lane = at % lanes.count;
          const i = Math.floor(at / lanes.count);
          if (i === start && lane === startLane && search.steps[node]! > 0 && debts.missing(set) === 0) {
            bestHeavy = search.heavy[node]!;
            bestSteps = search.steps[node]!;
            best = { edges: search.edgesTo(node), heavy: bestHeavy };
            break;
          }
          const held = lanes.canStep(component[i]!, lane);
          for (let k = inside.first[i]!; k < inside.first[i + 1]!; k++) {
            const e = inside.edge[k]!;
            const by = lanes.ofChoice[choice[e]!]!;
            const to = inside.to[k]!;
            if (asked[to] === 1) continue;
            const bits = set | debts.step[choice[e]!]! | debts.here[to]!;
            const heavy = by === 0 ? EVENT : held && by !== lane ? PREEMPTION : 0;
            search.offer((to * lanes.count + (by || lane)) * width + bits, e, heavy);
          }
        }
      }
      asked[start] = 1;
      return best;
    },
  };
}

/** The steps within a component, states by their index in it. */
interface Inner {
  readonly first: Int32Array;
  readonly edge: Int32Array;
  readonly to: Int32Array;
}

function innerEdges(graph: Graph, { components, of, place }: FairComponents, which: number): Inner {
  const component = components[which]!;
  const first = new Int32Array(component.length + 1);
  const edge: number[] = [];
  const to: number[] = [];
  component.forEach((s, i) => {
    for (let e = graph.first[s]!; e < graph.first[s + 1]!; e++) {
      const t = graph.target[e]!;
      if (t === s || of[t] !== which) continue;
      edge.push(e);
      to.push(place[t]!);
    }
    first[i + 1] = edge.length;
  });
  return { first, edge: Int32Array.from(edge), to: Int32Array.from(to) };
}

/** Pays the nearest debt, then the next nearest, and goes home: at most two breadth-first searches by actor and one. */
function greedyTour(graph: Graph, inside: Inner, debts: Debts, start: number): number[] {
  const tour: number[] = [];
  let at = start;
  let set = debts.here[start]!;
  for (let wanted = debts.missing(set); wanted !== 0 || at !== start; wanted = debts.missing(set)) {
    const found = (k: number): boolean =>
      wanted === 0
        ? inside.to[k] === start
        : ((debts.step[graph.choice[inside.edge[k]!]!]! | debts.here[inside.to[k]!]!) & wanted) !== 0;
    for (const k of nearest(inside, at, found)) {
      tour.push(inside.edge[k]!);
      at = inside.to[k]!;
      set |= debts.step[graph.choice[inside.edge[k]!]!]! | debts.here[at]!;
    }
  }
  return tour;
}

/** The inner edges of a shortest way from `start` whose last edge is `found`. */
function nearest(inside: Inner, start: number, found: (k: number) => boolean): number[] {
  const by = new Int32Array(inside.first.length - 1).fill(-1);
  const before = new Int32Array(by.length);
  const queue = [start];
  for (let head = 0; head < queue.length; head++) {
    const i = queue[head]!;
    for (let k = inside.first[i]!; k < inside.first[i + 1]!; k++) {
      const to = inside.to[k]!;
      if (found(k)) {
        const way = [k];
        for (let j = i; j !== start; j = before[j]!) way.push(by[j]!);
        return way.reverse();
      }
      if (to === start || by[to] !== -1) continue;
      by[to] = k;
      before[to] = i;
      queue.push(to);
    }
  }
  throw new Error("A debt that cannot be paid: not a fair component.");
}
