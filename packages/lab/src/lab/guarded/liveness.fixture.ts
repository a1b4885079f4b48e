import { buildGraph, fairComponents, GOAL, type Model } from "../explore/mod.js";
import { type Found, isGoal } from "./search.fixture.js";

/** Whether some schedule, be it unfair, never reaches a goal: one that ends without, or a cycle without. */
export function avoidsGoal(found: Found): boolean {
  return components(found).some((states) => {
    const inside = new Set(states);
    const goesRound = states.some((s) => found.successors[s]!.some(({ to }) => inside.has(to)));
    return goesRound || states.some((s) => found.successors[s]!.length === 0);
  });
}

/** Whether some fair schedule never reaches a goal, as the explorer sees it: the engine that Spin is to check. */
export function fairlyAvoidsGoal(model: Model): boolean {
  const graph = buildGraph(model);
  const { first, target, label } = graph;
  const before = new Set<number>([0].filter((s) => (label[s]! & GOAL) === 0));
  for (const s of before) {
    for (const to of target.subarray(first[s]!, first[s + 1]!)) {
      if ((label[to]! & GOAL) === 0) before.add(to);
    }
  }
  return fairComponents(graph, Int32Array.from(before).sort()).components.length > 0;
}

/** Strongly connected components of what is reached without passing a goal (Kosaraju). */
function components(found: Found): readonly (readonly number[])[] {
  const reached = new Set<number>();
  const order: number[] = [];
  const before: number[][] = found.states.map(() => []);
  const open: [state: number, next: number][] = [];
  const enter = (state: number): void => {
    if (isGoal(found.labels[state]!) || reached.has(state)) return;
    reached.add(state);
    open.push([state, 0]);
  };
  enter(0);
  while (open.length > 0) {
    const top = open.at(-1)!;
    const step = found.successors[top[0]]![top[1]++];
    if (step === undefined) {
      order.push(top[0]);
      open.pop();
    } else {
      if (!isGoal(found.labels[step.to]!)) before[step.to]!.push(top[0]);
      enter(step.to);
    }
  }
  const taken = new Set<number>();
  return order.toReversed().flatMap((root) => {
    if (taken.has(root)) return [];
    const states = [root];
    taken.add(root);
    for (let at = 0; at < states.length; at++) {
      for (const state of before[states[at]!]!) {
        if (taken.has(state)) continue;
        taken.add(state);
        states.push(state);
      }
    }
    return [states];
  });
}
