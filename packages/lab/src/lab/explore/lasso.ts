import type { FairComponents } from "./fair.js";
import type { Graph } from "./graph.js";
import { less, newCheapest } from "./lasso-cheapest.js";
import { type Cycle, type Cycles, cyclesOf } from "./lasso-cycle.js";
import { EVENT, lanesOf, PREEMPTION, type Weight, weightOf } from "./lasso-weight.js";
import { GOAL } from "./model.js";

/** A walk through a graph. */
export interface Way {
  /** States of the graph by number: `choices.length + 1` of them. */
  readonly states: readonly number[];
  /** Names of choices. */
  readonly choices: readonly string[];
}

/** A schedule without end: the prefix once, then the cycle for ever. */
export interface Lasso {
  /** From the initial state. */
  readonly prefix: Way;
  /** From the last state of the prefix back to it. No choices: nothing happens there any more, or need happen. */
  readonly cycle: Way;
  /** Of the prefix, and of the cycle as it repeats: the thread that runs last in it runs before its first step. */
  readonly weight: { readonly prefix: Weight; readonly cycle: Weight };
  /** Is the sum of both the least there is? If not, it is a small one: the effort was spent, or the graph too large. */
  readonly exact: boolean;
}

export interface Effort {
  /** Nodes the search for the cheapest cycle may settle. Default 300,000: less than a second. */
  readonly nodes?: number;
}

/** Above this many states times lanes one lane is used: preemptions are not counted then. */
const MOST_NODES = 2 ** 25;

interface Ways {
  readonly exact: boolean;
  /** The next state in the order of the weight of its cheapest way; -1: there is none. */
  next(): number;
  heavy(): number;
  steps(): number;
  edges(): number[];
}

/**
 * Cheapest ways from the initial state, by Dijkstra's search over state and thread that ran last. Steps that change
 * nothing are left out, and no way leads on from a state that `ends` it.
 */
function waysOf(graph: Graph, ends: (s: number) => boolean): Ways {
  const { first, target, choice } = graph;
  const all = lanesOf(graph);
  const exact = graph.count * all.count <= MOST_NODES;
  const lanes = exact ? all : lanesOf(graph, () => false);
  const isThread = all.ofChoice;
  const search = newCheapest(graph.count * lanes.count);
  const met = new Uint8Array(graph.count);
  let node = -1;
  search.begin(0);

  const goOn = (s: number, lane: number): void => {
    if (ends(s)) return;
    const held = lanes.canStep(s, lane);
    for (let e = first[s]!; e < first[s + 1]!; e++) {
      const to = target[e]!;
      if (to === s) continue;
      const by = lanes.ofChoice[choice[e]!]!;
      const heavy = isThread[choice[e]!] === 0 ? EVENT : held && by !== lane ? PREEMPTION : 0;
      search.offer(to * lanes.count + (by || lane), e, heavy);
    }
  };
  return {
    exact,
    next() {
      for (node = search.next(); node !== -1; node = search.next()) {
        const s = Math.floor(node / lanes.count);
        goOn(s, node % lanes.count);
        if (met[s] === 1) continue;
        met[s] = 1;
        return s;
      }
      return -1;
    },
    heavy: () => search.heavy[node]!,
    steps: () => search.steps[node]!,
    edges: () => search.edgesTo(node),
  };
}

const isGoal = (graph: Graph, s: number): boolean => (graph.label[s]! & GOAL) !== 0;

/**
 * The cheapest way (see {@link Weight}) to a state that `wanted` accepts; undefined: there is none. With
 * `pastGoal` it may lead through GOAL.
 */
export function cheapestWay(
  graph: Graph,
  wanted: (s: number) => boolean,
  pastGoal = false,
): { readonly way: Way; readonly weight: Weight; readonly exact: boolean } | undefined {
  const ways = waysOf(graph, (s) => !pastGoal && isGoal(graph, s));
  for (let s = ways.next(); s !== -1; s = ways.next()) {
    if (!wanted(s)) continue;
    return {
      way: wayAlong(graph, 0, ways.edges()),
      weight: weightOf(ways.heavy(), ways.steps()),
      exact: ways.exact,
    };
  }
  return undefined;
}

/**
 * The cheapest lasso (see {@link Weight}; prefix and cycle added) whose cycle lies in one of the components, before any
 * GOAL; undefined: none can be reached. Entries are tried in the order of their prefixes, each with its cheapest fair
 * cycle, until no prefix can win any more (then it is exact) or the effort is spent.
 */
export function cheapestLasso(graph: Graph, fair: FairComponents, effort: Effort = {}): Lasso | undefined {
  if (fair.components.length === 0) return undefined;
  const ways = waysOf(graph, (s) => isGoal(graph, s));
  const cyclesBy = new Map<number, Cycles>();
  let left = effort.nodes ?? 300_000;
  const pay = (): boolean => --left >= 0;
  let best: { entry: number; prefix: number[]; prefixHeavy: number; cycle: Cycle } | undefined;
  let heavy = Infinity;
  let steps = Infinity;
  const take = (entry: number, cycle: Cycle): void => {
    best = { entry, prefix: ways.edges(), prefixHeavy: ways.heavy(), cycle };
    heavy = ways.heavy() + cycle.heavy;
    steps = ways.steps() + cycle.edges.length;
  };

  let exact = ways.exact;
  for (let s = ways.next(); s !== -1 && left >= 0; s = ways.next()) {
    if (!less(ways.heavy(), ways.steps(), heavy, steps)) break;
    const which = fair.of[s]!;
    if (which === -1) continue;
    let cycles = cyclesBy.get(which);
    if (cycles === undefined) {
      cycles = cyclesOf(graph, fair, which);
      cyclesBy.set(which, cycles);
    }
    if (best === undefined) take(s, cycles.some(s));
    exact &&= cycles.exact;
    const cheaper = cycles.cheapest(s, heavy - ways.heavy(), steps - ways.steps(), pay);
    if (cheaper !== undefined) take(s, cheaper);
  }
  if (best === undefined) return undefined;
  const { entry, prefix, prefixHeavy, cycle } = best;
  return {
    prefix: wayAlong(graph, 0, prefix),
    cycle: wayAlong(graph, entry, cycle.edges.length > 0 ? cycle.edges : stutter(graph, entry)),
    weight: {
      prefix: weightOf(prefixHeavy, prefix.length),
      cycle: weightOf(cycle.heavy, cycle.edges.length),
    },
    exact: exact && left >= 0,
  };
}

/** A step that changes nothing, if `s` has one: rather shown than nothing. */
function stutter(graph: Graph, s: number): number[] {
  const e = graph.target.subarray(0, graph.first[s + 1]!).indexOf(s, graph.first[s]!);
  return e < 0 ? [] : [e];
}

function wayAlong(graph: Graph, from: number, edges: readonly number[]): Way {
  return {
    states: [from, ...edges.map((e) => graph.target[e]!)],
    choices: edges.map((e) => graph.model.choices[graph.choice[e]!]!.name),
  };
}

/**
 * The same schedule with its cycle turned to begin at the first of its choices that `startAt` accepts: the steps before
 * it are told once more, in the prefix, whose weight stays that of the cheapest entry. No such choice: unchanged.
 */
export function startCycleAt(lasso: Lasso, startAt: (choice: string) => boolean): Lasso {
  const { prefix, cycle } = lasso;
  const at = cycle.choices.findIndex(startAt);
  if (at <= 0) return lasso;
  const turn = <T>(of: readonly T[]): T[] => [...of.slice(at), ...of.slice(0, at)];
  const round = turn(cycle.states.slice(0, -1));
  return {
    ...lasso,
    prefix: {
      states: [...prefix.states, ...cycle.states.slice(1, at + 1)],
      choices: [...prefix.choices, ...cycle.choices.slice(0, at)],
    },
    cycle: { states: [...round, round[0]!], choices: turn(cycle.choices) },
  };
}
