import type { GuardedProgram } from "../../guarded/mod.js";
import type { Verdict } from "../../scenario/mod.js";

/** A bug that the Linux client once had, as two programs that differ in one rule. */
export interface Situation {
  /** In kebab case, as its file. */
  readonly name: string;
  readonly title: string;
  /** Where it is known from: its row in the list of such bugs, the version or commit that ended it, the year. */
  readonly source: string;
  /** What a user saw. */
  readonly symptom: string;
  /** Why: the steps that must meet. */
  readonly cause: string;
  readonly fix: string;
  readonly broken: GuardedProgram;
  readonly fixed: GuardedProgram;
  /** What all schedules of each come to. */
  readonly expect: { readonly broken: Verdict; readonly fixed: Verdict };
  /** What the model leaves out, and what in it is not known for certain. */
  readonly limits: string;
}
