import type { Told } from "../lab/mod.js";

/** Every variable by state, the initial one first: one more than there are steps. */
export function statesOf(
  initial: Readonly<Record<string, string>>,
  steps: readonly Told[],
): readonly Readonly<Record<string, string>>[] {
  const states = [initial];
  for (const { changes } of steps) states.push({ ...states.at(-1)!, ...changes });
  return states;
}

/** Where the part begins that repeats for ever: a place in `steps`; -1: nothing does. */
export function loopAt(steps: readonly Told[]): number {
  return steps.findIndex(({ repeats }) => repeats);
}
