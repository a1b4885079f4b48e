/** The words in which the small programs of the family are written. */
import type { Actor } from "../../explore/mod.js";
import type { Action, GuardedProgram, Variable } from "../../guarded/mod.js";

/** 0 or 1. */
export function flag(name: string, initial: 0 | 1 = 0): Variable {
  return { name, min: 0, max: 1, initial };
}

/** One of some names; the first is the initial one. */
export function oneOf(name: string, first: string, ...others: readonly string[]): Variable {
  return { name, values: [first, ...others], initial: first };
}

/** A step of `actor` under the kernel's name for it. */
export function step(actor: string, name: string, when: string, does: string): Action {
  return { name: `${actor}.${name}`, actor, when, does };
}

/**
 * A timer that runs out, as an actor of its own: only when nothing quicker can happen. `after`: 1 for seconds, 2 for
 * fifteen.
 */
export function timer(actor: string, when: string, does: string, after: 1 | 2 = 1): Action {
  return { name: `${actor}.timer`, actor, when, does, after };
}

/** The request's own timeout, a minute: not meant for a connection that nobody drives. */
export function requestTimeout(when: string, does: string): Action {
  return { name: "timeo.timer", actor: "timeo", when, does, after: 3, unrelated: true };
}

/** Threads: RPC tasks and workers. */
export function threads(...names: readonly string[]): readonly Actor[] {
  return names.map((name) => ({ name, kind: "thread", fairness: "weak" }));
}

/** Timers, each his own unit of fairness. */
export function timers(...names: readonly string[]): readonly Actor[] {
  return names.map((name) => ({ name, kind: "timer", fairness: "weak" }));
}

/** The network, which loses nothing for ever. */
export const NET: Actor = { name: "net", kind: "net", fairness: "weak" };

/** Both programs of a situation: the same text, under a rule that is 0 in the broken one and 1 in the fixed one. */
export function sides(
  name: string,
  rule: string,
  rest: Omit<GuardedProgram, "name" | "constants"> & Partial<Pick<GuardedProgram, "constants">>,
): { readonly broken: GuardedProgram; readonly fixed: GuardedProgram } {
  const side = (which: string, value: 0 | 1): GuardedProgram => ({
    ...rest,
    name: `family_${name}_${which}`,
    constants: { ...rest.constants, [rule]: value },
  });
  return { broken: side("broken", 0), fixed: side("fixed", 1) };
}

/** A number from 0 to `max`. */
export function upTo(max: number, name: string, initial = 0): Variable {
  return { name, min: 0, max, initial };
}

/** Somebody who may act and need not: who kills a task, who resets a connection. */
export function perhaps(name: string, kind: Actor["kind"]): Actor {
  return { name, kind, fairness: "none" };
}
