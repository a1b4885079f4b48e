/** Ways to pick the next step by chance. */
import type { Random } from "./prng.js";
import { type Enabled, type Subject, stepName } from "./schedule-run.js";

/**
 * How steps are picked, as data.
 *
 * - `walk`: each with the same chance.
 * - `pct`: by priorities of actors, drawn once, and at `depth` - 1 steps drawn from the first `length` the actor
 *   whose turn it is falls below all others (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010). With n actors
 *   it finds a bug of that depth in an execution of that length with a chance of at least 1 / (n · length^(depth-1)).
 *   Among the steps of one actor each has the same chance.
 * - `pos`: by priorities of steps, drawn when a step becomes possible and again when one that it races with was taken
 *   (Yuan, Yang, Gu, CAV 2018). Steps of one actor race, those of different actors as `Subject.races` says; without
 *   it they do not, which is the paper's basic sampling.
 */
export type Strategy =
  | { readonly kind: "walk" }
  | { readonly kind: "pct"; readonly depth: number; readonly length: number }
  | { readonly kind: "pos" };

/** Picks one of the choices, of which there is at least one; called once for every step of a run. */
export type Pick = (choices: readonly Enabled[]) => number;

/** What picks for one run. Throws RangeError if the strategy's numbers are none. */
export function newPick(strategy: Strategy, subject: Subject, random: Random): Pick {
  switch (strategy.kind) {
    case "walk":
      return (choices) => random.below(choices.length);
    case "pct":
      return pct(strategy.depth, strategy.length, subject.actors.length, random);
    case "pos":
      return pos(subject.races, random);
  }
}

function pct(depth: number, length: number, actors: number, random: Random): Pick {
  for (const [name, value] of Object.entries({ depth, length })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`pct: ${name} ${value}: give a whole number from 1`);
    }
  }
  const priorities = shuffled(actors, depth, random);
  const changes = Array.from({ length: depth - 1 }, () => random.below(length));
  let step = 0;
  return (choices) => {
    for (let i = 0; i < changes.length; i++) {
      if (changes[i] === step) priorities[choices[highest(choices, priorities, random)]!.actor] = i;
    }
    step++;
    return highest(choices, priorities, random);
  };
}

/** The numbers from `from`, `count` of them, in any order. */
function shuffled(count: number, from: number, random: Random): Int32Array {
  const numbers = Int32Array.from({ length: count }, (_, i) => from + i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const swapped = numbers[i]!;
    numbers[i] = numbers[j]!;
    numbers[j] = swapped;
  }
  return numbers;
}

/** A step of the actor of the highest priority. */
function highest(choices: readonly Enabled[], priorities: Int32Array, random: Random): number {
  let best = 0;
  let top = -1;
  let ties = 0;
  for (let i = 0; i < choices.length; i++) {
    const priority = priorities[choices[i]!.actor]!;
    if (priority > top) {
      top = priority;
      best = i;
      ties = 1;
    } else if (priority === top) {
      ties++;
    }
  }
  for (let nth = ties === 1 ? 0 : random.below(ties); nth > 0; nth--) {
    do best++;
    while (priorities[choices[best]!.actor] !== top);
  }
  return best;
}

function pos(races: Subject["races"], random: Random): Pick {
  let pending = new Map<string, number>();
  let taken: { readonly name: string; readonly actor: number } | undefined;
  return (choices) => {
    const now = new Map<string, number>();
    let best = 0;
    let top = -1;
    for (let i = 0; i < choices.length; i++) {
      const { name, actor } = choices[i]!;
      const fresh = taken !== undefined && (taken.actor === actor || races?.(taken.name, name) === true);
      const event = stepName(choices, i);
      const priority = (fresh ? undefined : pending.get(event)) ?? random.next();
      now.set(event, priority);
      if (priority > top) {
        top = priority;
        best = i;
      }
    }
    pending = now;
    taken = choices[best]!;
    return best;
  };
}
