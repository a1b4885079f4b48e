import fc from "fast-check";
import type { Graph } from "./graph.js";
import type { Weight } from "./lasso-weight.js";
import { BROKEN, GOAL } from "./model.js";
import { littleGraph } from "./verdict.fixture.js";
import type { Verdict } from "./verdict.js";

/** An edge of a graph, spelled out. */
export interface Step {
  readonly from: number;
  readonly to: number;
  readonly actor: number;
  readonly name: string;
  readonly unrelated: boolean;
}

/** Random graphs of up to six states, three actors and ten edges. */
export const littleGraphs: fc.Arbitrary<Graph> = fc
  .record({
    cast: fc.tuple(
      ...["A", "B", "C"].map((name) =>
        fc.tuple(
          fc.constant(name),
          fc.constantFrom("thread", "net"),
          fc.constantFrom("weak", "strong", "none"),
        ),
      ),
    ),
    states: fc.array(fc.constantFrom("s", "s", "s", "s", "s", "s", "s", "s", "goal", "goal", "goal", "bad"), {
      minLength: 2,
      maxLength: 6,
    }),
    edges: fc.array(
      fc.tuple(fc.nat(5), fc.constantFrom("A", "B", "C"), fc.constantFrom("1", "1", "1", "t?"), fc.nat(5)),
      { minLength: 3, maxLength: 10 },
    ),
  })
  .map(({ cast, states, edges }) => {
    const name = (i: number): string =>
      `${i % states.length === 0 ? "s" : states[i % states.length]!}${i % states.length}`;
    const lines = edges.map(([from, actor, step, to]) => `${name(from)} ${actor}.${step} ${name(to)}`);
    const actors = Object.fromEntries(cast.map(([who, kind, fairness]) => [who, `${kind} ${fairness}`]));
    return littleGraph(actors, ["s0", ...lines].join("\n"));
  });

export function stepsOf(graph: Graph): Step[] {
  const steps: Step[] = [];
  for (let from = 0; from < graph.count; from++) {
    for (let e = graph.first[from]!; e < graph.first[from + 1]!; e++) {
      steps.push({ from, to: graph.target[e]!, ...graph.model.choices[graph.choice[e]!]! });
    }
  }
  return steps;
}

const isGoal = (graph: Graph, s: number): boolean => (graph.label[s]! & GOAL) !== 0;

/** States reached from `from`, itself too, along `steps`. */
export function reach(steps: readonly Step[], from: number): Set<number> {
  const met = new Set([from]);
  for (let size = 0; size !== met.size; ) {
    size = met.size;
    for (const step of steps) if (met.has(step.from)) met.add(step.to);
  }
  return met;
}

/** Is it fair to stay for ever in `states`, taking exactly `taken` again and again? By the definition alone. */
export function isFair(
  graph: Graph,
  steps: readonly Step[],
  states: readonly number[],
  taken: readonly Step[],
): boolean {
  return graph.model.actors.every(({ fairness }, actor) => {
    const canAct = (s: number): boolean => steps.some((x) => x.actor === actor && x.from === s && x.to !== s);
    if (taken.some((x) => x.actor === actor && x.from !== x.to)) return true;
    return fairness === "none" || (fairness === "weak" ? !states.every(canAct) : !states.some(canAct));
  });
}

/** The verdict by enumeration: every set of steps that a schedule could take for ever is tried. */
export function verdictByForce(graph: Graph): Verdict {
  const all = stepsOf(graph);
  if ([...reach(all, 0)].some((s) => (graph.label[s]! & BROKEN) !== 0)) return "breaks";
  const steps = all.filter((x) => !isGoal(graph, x.from));
  const met = [...reach(steps, 0)];
  const reaches = (s: number, by: readonly Step[]): boolean =>
    [...reach(by, s)].some((t) => isGoal(graph, t));
  if (!met.every((s) => reaches(s, steps))) return "hangs";
  const meant = steps.filter((x) => !x.unrelated);
  if (!met.every((s) => reaches(s, meant))) return "stalls";
  if (met.some((s) => !isGoal(graph, s) && isFair(graph, steps, [s], []))) return "churns";
  const usable = steps.filter((x) => met.includes(x.from) && !isGoal(graph, x.to) && x.from !== x.to);
  for (let set = 1; set < 2 ** usable.length; set++) {
    const taken = usable.filter((_, i) => (set & (1 << i)) !== 0);
    const states = [...new Set(taken.flatMap((x) => [x.from, x.to]))];
    if (states.every((s) => reach(taken, s).size === states.length) && isFair(graph, steps, states, taken)) {
      return "churns";
    }
  }
  return "recovers";
}

/** What a walk weighs after `last`, an actor who is a thread, has run; -1: none. By the definition alone. */
export function weigh(graph: Graph, steps: readonly Step[], walk: readonly Step[], last = -1): Weight {
  let [preemptions, events, ran] = [0, 0, last];
  for (const step of walk) {
    if (graph.model.actors[step.actor]!.kind !== "thread") {
      events++;
      continue;
    }
    const couldGoOn = steps.some((x) => x.actor === ran && x.from === step.from && x.to !== x.from);
    if (ran !== step.actor && couldGoOn) preemptions++;
    ran = step.actor;
  }
  return { preemptions, events, steps: walk.length };
}

/** Of a cycle: as it repeats. */
export function weighCycle(graph: Graph, steps: readonly Step[], cycle: readonly Step[]): Weight {
  const last = cycle.findLast((x) => graph.model.actors[x.actor]!.kind === "thread");
  return weigh(graph, steps, cycle, last?.actor);
}

export const sum = (a: Weight, b: Weight): Weight => ({
  preemptions: a.preemptions + b.preemptions,
  events: a.events + b.events,
  steps: a.steps + b.steps,
});

/** Below zero: `a` is less. */
export const compare = (a: Weight, b: Weight): number =>
  a.preemptions - b.preemptions || a.events - b.events || a.steps - b.steps;

/** All walks from `from` of up to `most` steps that are not stuttering, none of them from a GOAL unless `pastGoal`. */
export function walks(
  graph: Graph,
  steps: readonly Step[],
  from: number,
  most: number,
  pastGoal = false,
): Step[][] {
  const found: Step[][] = [[]];
  for (let i = 0; i < found.length; i++) {
    const walk = found[i]!;
    const at = walk.at(-1)?.to ?? from;
    if (walk.length === most || (!pastGoal && isGoal(graph, at))) continue;
    for (const x of steps) if (x.from === at && x.to !== at) found.push([...walk, x]);
  }
  return found;
}
