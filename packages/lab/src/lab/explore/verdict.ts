import { fairComponents } from "./fair.js";
import type { Graph } from "./graph.js";
import { cheapestLasso, cheapestWay, type Effort, startCycleAt, type Way } from "./lasso.js";
import type { Weight } from "./lasso-weight.js";
import { BROKEN, GOAL } from "./model.js";
import { HUNG, outlooks, STALLED } from "./noreturn.js";

/**
 * What becomes of all schedules of a model, the worst that is true:
 * - `breaks`: a state can be reached where a safety property fails, be it after GOAL;
 * - `hangs`: a state can be reached from which GOAL cannot;
 * - `stalls`: a state can be reached from which GOAL can only through a choice that is `unrelated`;
 * - `churns`: GOAL can be reached from everywhere, but a fair schedule need never do so;
 * - `recovers`: every fair schedule reaches GOAL;
 * - `undecided`: the graph is incomplete, and nothing bad was met.
 *
 * Which schedules are fair: `fairComponents`. All but `breaks` are about what comes before the first GOAL.
 */
export type Verdict = "breaks" | "hangs" | "stalls" | "churns" | "recovers" | "undecided";

/** A schedule that proves a verdict. */
export interface Witness {
  /** From the initial state: to the state that breaks or stalls, or to where the cycle begins. */
  readonly prefix: Way;
  /** `hangs` and `churns`: a fair cycle from the end of the prefix. No choices: nothing happens there, or need happen. */
  readonly cycle: Way | undefined;
  readonly weight: { readonly prefix: Weight; readonly cycle: Weight | undefined };
  /** Is there none of less weight, prefix and cycle added? If not, it is a small one. */
  readonly exact: boolean;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** False: not all states are known, and the truth may be worse than the verdict, as {@link Verdict} lists them. */
  readonly complete: boolean;
  /** Which budget ended the graph; undefined when complete. */
  readonly why: string | undefined;
  /** False: no state is a GOAL, so `hangs` says more of the model than of its schedules. */
  readonly reachesGoal: boolean;
  /** The safety property that fails in the last state of the witness of `breaks`. */
  readonly property: string | undefined;
  /** Of `breaks`, `hangs`, `stalls` and `churns`. */
  readonly witness: Witness | undefined;
}

export interface JudgeOptions extends Effort {
  /** Turns the cycle of the witness to begin at the first choice with such a name, if it has one. */
  readonly startAt?: (choice: string) => boolean;
}

/** Judges all schedules of a graph. The same graph gives the same judgement, to the last state. */
export function judge(graph: Graph, options: JudgeOptions = {}): Judgement {
  const { complete, why, label } = graph;
  const told = (verdict: Verdict, witness?: Witness, property?: string): Judgement => ({
    verdict,
    complete,
    why,
    reachesGoal: label.some((bits) => (bits & GOAL) !== 0),
    property,
    witness,
  });

  const isBroken = (s: number): boolean => (label[s]! & BROKEN) !== 0;
  if (label.some((bits) => (bits & BROKEN) !== 0)) {
    const witness = straightTo(graph, isBroken, true);
    return told("breaks", witness, propertyAt(graph, witness.prefix.states.at(-1)!));
  }

  const outlook = outlooks(graph);
  const before = statesBeforeGoal(graph);
  const hung = before.filter((s) => outlook[s] === HUNG);
  if (hung.length > 0) return told("hangs", roundIn(graph, hung, options));

  if (before.some((s) => outlook[s] === STALLED)) {
    return told(
      "stalls",
      straightTo(graph, (s) => outlook[s] === STALLED, false),
    );
  }

  const churn = roundIn(graph, before, options);
  if (churn !== undefined) return told("churns", churn);
  return told(complete ? "recovers" : "undecided");
}

/** The states that are met before any GOAL, without it and without those that were not looked into. */
function statesBeforeGoal({ count, expanded, label, first, target }: Graph): Int32Array {
  const met = new Uint8Array(count);
  const queue = new Int32Array(count);
  let length = 0;
  const meet = (s: number): void => {
    if (met[s] === 1 || s >= expanded || (label[s]! & GOAL) !== 0) return;
    met[s] = 1;
    queue[length++] = s;
  };
  meet(0);
  for (let head = 0; head < length; head++) {
    const s = queue[head]!;
    for (let e = first[s]!; e < first[s + 1]!; e++) meet(target[e]!);
  }
  return queue.subarray(0, length).sort();
}

function straightTo(graph: Graph, wanted: (s: number) => boolean, pastGoal: boolean): Witness {
  const found = cheapestWay(graph, wanted, pastGoal)!;
  return {
    prefix: found.way,
    cycle: undefined,
    weight: { prefix: found.weight, cycle: undefined },
    exact: found.exact,
  };
}

function roundIn(graph: Graph, members: Int32Array, options: JudgeOptions): Witness | undefined {
  const lasso = cheapestLasso(graph, fairComponents(graph, members), options);
  return lasso === undefined || options.startAt === undefined ? lasso : startCycleAt(lasso, options.startAt);
}

function propertyAt({ model, states }: Graph, s: number): string | undefined {
  return model.broken(states.wordsOf(s), 0);
}
