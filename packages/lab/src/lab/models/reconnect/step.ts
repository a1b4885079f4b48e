/** A row of a thread's table, before the scheduler's policy is put over it. */
export const ACTOR_TASK = "T";
export const ACTOR_WORKER = "W";

export interface Step {
  readonly actor: typeof ACTOR_TASK | typeof ACTOR_WORKER;
  /** The kernel function. */
  readonly name: string;
  readonly when: string;
  readonly does: string;
  /** might_sleep at its head: with voluntary preemption a stronger thread comes in here. */
  readonly sleeps: boolean;
}
