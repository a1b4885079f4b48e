/**
 * What an explorer needs of a world: states of a fixed number of 32-bit words, and for a state every step that some
 * actor may take next. Equal words are the same state, so whatever does not change the future stays out of them.
 */

/** Somebody who acts on his own: a thread, or one part of the environment. The unit of fairness. */
export interface Actor {
  readonly name: string;
  /** What he is: a schedule is minimised by preemptions of threads first, then by events of the rest. */
  readonly kind: "thread" | "net" | "timer" | "operator" | "peer";
  /**
   * What a fair schedule owes him. `weak`: he acts if he can for ever. `strong`: if he can again and again.
   * `none`: nothing (an attacker, a fault that may happen and need not).
   */
  readonly fairness: "weak" | "strong" | "none";
}

/** A step that can be chosen, by name: names survive edits of a model, numbers do not. */
export interface Choice {
  /** Unique within the model, without spaces: `T.tcp_sendmsg`, `net.syn-ack`. */
  readonly name: string;
  /** Row of {@link Model.actors}. */
  readonly actor: number;
  /** A timer that was not meant for this: what completes only through such a step stalls. */
  readonly unrelated: boolean;
}

/** Where a model puts the successors of one state. */
export interface Successors {
  /** Successor i lies at `i * words`. Has room for as many as the model says it can have. */
  readonly words: Int32Array;
  /** Its choice: row of {@link Model.choices}. */
  readonly choices: Int32Array;
  count: number;
}

/** Bits of {@link Model.label}. */
export const GOAL = 1;
export const BROKEN = 2;

/** A world whose every schedule can be searched. All functions are pure, but for what they write into their arguments. */
export interface Model {
  readonly name: string;
  /** 32-bit words of a state. */
  readonly words: number;
  readonly actors: readonly Actor[];
  readonly choices: readonly Choice[];
  /** No state has more successors. */
  readonly maxSuccessors: number;
  /** The state at the beginning, `words` long. */
  initial(): Int32Array;
  /**
   * Writes every successor of the state at `states[at]` into `out` and sets its count. The same choice may occur
   * more than once (an actor whom chance serves). The order is the same each time.
   */
  expand(states: Int32Array, at: number, out: Successors): void;
  /** {@link GOAL}: what was to be done is done, nothing more is owed. {@link BROKEN}: a safety property fails here. 0: neither. */
  label(states: Int32Array, at: number): number;
  /**
   * Which of the successors that `expand` wrote suffice to find a dead end, a BROKEN state and a GOAL: marks them in
   * `kept` with 1, the others with 0, and returns how many they are; all of them: `kept` is left as it was. The same each
   * time for the same state. Says nothing of fairness: what is left out may be what a fair schedule owes. Missing: the
   * model does not know which of its steps commute.
   */
  readonly reduce?: (states: Int32Array, at: number, out: Successors, kept: Uint8Array) => number;
  /** Which property fails in a state that is BROKEN; undefined: none does. */
  broken(states: Int32Array, at: number): string | undefined;
  /** The state for people, `name: value` by name. */
  print(states: Int32Array, at: number): Readonly<Record<string, string>>;
}

/** Room for the successors of one state of `model`. */
export function newSuccessors(model: Model): Successors {
  return {
    words: new Int32Array(model.words * model.maxSuccessors),
    choices: new Int32Array(model.maxSuccessors),
    count: 0,
  };
}
