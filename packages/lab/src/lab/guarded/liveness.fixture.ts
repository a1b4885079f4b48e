import type { Model } from "../explore/mod.js";
import { type Found, isGoal } from "./search.fixture.js";

/**
 * Whether some schedule never reaches a goal: one that ends without, or a cycle without. `fair`: only schedules that are
 * weakly fair to every actor who is owed anything; an actor who owes nothing may idle. It says what Spin's `<> goal` says.
 */
export function avoidsGoal(model: Model, found: Found, fair: boolean): boolean {
  return components(found).some((states) => {
    const inside = new Set(states);
    const steps = states.flatMap((s) => found.successors[s]!.filter(({ to }) => inside.has(to)));
    if (!fair) return steps.length > 0 || states.some((s) => found.successors[s]!.length === 0);
    return model.actors.every((actor, row) => {
      const his = ({ choice }: { choice: number }) => model.choices[choice]!.actor === row;
      if (actor.fairness === "none") return true;
      return steps.some(his) || states.some((s) => !found.successors[s]!.some(his));
    });
  });
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
