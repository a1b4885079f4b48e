/**
 * A model as guarded commands: variables of small ranges, and actions with a condition and assignments, written in a
 * subset of C that JavaScript and Promela share. TypeScript is its macro language: a program is built, not parsed whole.
 */
import type { Actor } from "../explore/mod.js";

/** One variable. An enumerated one names its values; the others count from `min` to `max`. */
export type Variable =
  | { readonly name: string; readonly values: readonly string[]; readonly initial: string }
  | { readonly name: string; readonly min: number; readonly max: number; readonly initial: number };

export interface Action {
  /** As `Choice.name`: `actor.step`. */
  readonly name: string;
  /** Name of an actor. */
  readonly actor: string;
  /** An expression. */
  readonly when: string;
  /** Statements: `x = e;` and `if (e) { … } else if (e) { … } else { … }`. All read what earlier ones wrote. */
  readonly does: string;
  /**
   * How urgent: an action happens only while none of a lower number is enabled, but for those of actors whose fairness is
   * `none`: time does not wait for what need not happen. 0 is a step of a thread or the wire;
   * a timer that lasts longer than all of these has a higher number.
   */
  readonly after?: number;
  /** See `Choice.unrelated`. */
  readonly unrelated?: boolean;
}

/** A whole program. Names of variables, of enumerated values and of constants are one name space. */
export interface GuardedProgram {
  readonly name: string;
  /** Named numbers; a condition of constants only is decided when the program is compiled, and its dead actions are dropped. */
  readonly constants: Readonly<Record<string, number>>;
  readonly variables: readonly Variable[];
  readonly actors: readonly Actor[];
  readonly actions: readonly Action[];
  /** An expression: what was to be done is done. */
  readonly goal: string;
  /** What must never be true, by name. */
  readonly never: Readonly<Record<string, string>>;
}
