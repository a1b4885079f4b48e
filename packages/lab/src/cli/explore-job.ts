/** One search as plain data: what is asked for, and what is found. Both can be sent to a thread. */
import type { Judgement, Told } from "../lab/mod.js";

export interface Budget {
  readonly maxStates: number;
  readonly maxSeconds: number;
  /** Memory of the search, in 10^6 bytes; undefined: as much as there is. */
  readonly maxMegabytes: number | undefined;
}

/** Safety only: no graph is kept. */
export interface Safety {
  /** Undefined: as the checkpoint has it, else the default of the search. */
  readonly order: "bfs" | "dfs" | undefined;
  readonly store: "exact" | "compact" | undefined;
  /** Leave out schedules that are equal to others. */
  readonly reduce: boolean;
  /** Go on after the first state that is broken. */
  readonly goOn: boolean;
}

export interface Job {
  readonly model: string;
  readonly budget: Budget;
  /** Undefined: the whole graph, judged. */
  readonly safety: Safety | undefined;
  /** Where to write a checkpoint when something ends the search early. */
  readonly checkpoint?: string | undefined;
  /** The checkpoint to go on from. */
  readonly resume?: string | undefined;
}

/** A schedule, told. */
export interface Story {
  /** For `unstuck lab replay`. */
  readonly line: string;
  readonly schedule: readonly Told[];
}

/** A story that goes well, and how many of its steps are the same as in the one that does not. */
export interface Passing extends Story {
  readonly shared: number;
}

/** What every search tells, and every form of a witness is made of. */
export interface Found {
  readonly model: string;
  /** `stuck`: of a search for safety alone, a state without a step that is no goal. `safe`: neither that nor a broken one. */
  readonly verdict: Judgement["verdict"] | "stuck" | "safe";
  readonly property: string | undefined;
  readonly complete: boolean;
  /** What ended it; undefined when complete. */
  readonly why: string | undefined;
  readonly interrupted: boolean;
  readonly seconds: number;
  readonly states: number;
  readonly steps: number;
  readonly depth: number;
  /** What the model leaves out, where it says so: the verdict is about the model. */
  readonly limits: string | undefined;
  readonly actors: readonly string[];
  /** Every variable in the initial state. */
  readonly initial: Readonly<Record<string, string>>;
  /** So many steps of the schedule make a hang inevitable. */
  readonly noReturn: number | undefined;
  /** Undefined: nothing to show. */
  readonly line: string | undefined;
  readonly schedule: readonly Told[];
  readonly passing: Passing | undefined;
  /** Of a whole graph. */
  readonly judged: { readonly reachesGoal: boolean; readonly exact: boolean | undefined } | undefined;
  /** Of a search for safety. */
  readonly searched: Searched | undefined;
  /** Where a checkpoint was written, or why it could not be. */
  readonly checkpoint: { readonly file: string; readonly failed: string | undefined } | undefined;
}

export interface Searched {
  readonly order: "bfs" | "dfs";
  readonly store: "exact" | "compact";
  /** States and steps are what a partial-order reduction left of them. */
  readonly reduced: boolean;
  readonly goals: number;
  readonly frontier: number;
  readonly bytes: number;
  readonly bytesPerState: number;
  /** How likely it is, at most, that a state was missed. */
  readonly omission: number;
}
