/**
 * A world that only runs forward: what may happen now, and doing one of it. Random search, replay and minimising need
 * no more, so they serve packed models and worlds that cannot be copied alike.
 */
import type { Actor } from "./model.js";

/** A step that may be taken now. A model's `Choice` is one. */
export interface Enabled {
  /** What a schedule calls it. Two of the same name are told apart by their order (an actor whom chance serves). */
  readonly name: string;
  /** Row of {@link Subject.actors}. */
  readonly actor: number;
}

/** What all runs of one world share. */
export interface Subject {
  readonly name: string;
  /** A short hash, a few letters and digits: another one means that a schedule of this name may no longer fit. */
  readonly fingerprint: string;
  readonly actors: readonly Actor[];
  /** Whether the order of two steps of different actors, by name, can matter. Missing: nobody knows. */
  readonly races?: (one: string, other: string) => boolean;
}

/** One execution. The same steps from the start lead to the same choices and digests, always. */
export interface Run {
  readonly subject: Subject;
  /**
   * What may happen now, in an order that depends on the past alone. Good until the next step, which may refill
   * the same array. Empty exactly when the run is over.
   */
  choices(): readonly Enabled[];
  /** Does what stands at `index` of {@link choices}. */
  step(index: number): void;
  /**
   * Whether the step at `index` would change anything; one that would not is owed to nobody. Missing: a world that
   * cannot tell without doing it, and all its steps count.
   */
  readonly moves?: (index: number) => boolean;
  /** Why nothing more happens; undefined: it goes on. */
  readonly over: undefined | "goal" | "stuck" | { readonly broken: string };
  /**
   * The present, hashed: everything that decides the future, and nothing else, or a loop is not seen as one.
   * A number is whole, from 0 to 2^53 - 1, and as good as evenly spread.
   */
  digest(): number | string;
}

/**
 * How an execution ended. `cycle`: it returned to a state, and nobody who is owed a step is denied it by doing the
 * same for ever. `open`: it did not end within its limits. `broken:` is followed by the property's name.
 */
export type Outcome = "goal" | "stuck" | "cycle" | "open" | `broken:${string}`;

/** How far `run` has come, as an outcome: `open` while it goes on. */
export function outcomeOf(run: Run): Outcome {
  const over = run.over;
  if (over === undefined) return "open";
  return typeof over === "string" ? over : `broken:${over.broken}`;
}

/** What a schedule calls the step at `index`: its name, and from the second of that name on its number: `net.loss@2`. */
export function stepName(choices: readonly Enabled[], index: number): string {
  const name = choices[index]!.name;
  let nth = 1;
  for (let i = 0; i < index; i++) if (choices[i]!.name === name) nth++;
  return nth === 1 ? name : `${name}@${nth}`;
}

/** Where the step that a schedule calls `name` stands; -1: it cannot be taken now. */
export function stepIndex(choices: readonly Enabled[], name: string): number {
  for (let i = 0; i < choices.length; i++) if (choices[i]!.name === name) return i;
  const at = name.lastIndexOf("@");
  if (at < 0) return -1;
  for (let i = 0; i < choices.length; i++) if (stepName(choices, i) === name) return i;
  return -1;
}
