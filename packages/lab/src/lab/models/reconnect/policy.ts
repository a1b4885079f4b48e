/** Who may take the next step when both threads could: the scheduler, as a condition on each step. */
import type { Action } from "../../guarded/mod.js";
import { ACTOR_TASK, type Step } from "./step.js";

export const POLICIES = ["task-above-worker", "worker-above-task", "equal", "smp"] as const;
/**
 * `task-above-worker`: one CPU, the task is the stronger thread (the report's RR 50 over OTHER or 49), preemption
 * voluntary. `worker-above-task`: rpciod at RR 51. `equal`: nobody preempts. `smp`: a CPU each, any interleaving.
 */
export type Policy = (typeof POLICIES)[number];

/** The steps as actions under `policy`. */
export function scheduled(steps: readonly Step[], policy: Policy): readonly Action[] {
  const runnable = { T: anyOf(steps, "T"), W: anyOf(steps, "W") };
  const sleeping = { T: anyOf(steps, "T", true), W: anyOf(steps, "W", true) };
  return steps.map(({ actor, name, when, does, sleeps }) => {
    const here = actor === ACTOR_TASK ? "on_task" : "on_worker";
    const other = actor === ACTOR_TASK ? "W" : "T";
    const stronger =
      policy === "task-above-worker" ? ACTOR_TASK : policy === "worker-above-task" ? "W" : undefined;
    const mayRun = () => {
      if (policy === "smp") return "1 == 1";
      // The weaker gives way where it might sleep; the stronger takes over only there.
      if (stronger === actor) return `(cpu == ${here} || !${runnable[other]} || ${sleeping[other]})`;
      if (stronger !== undefined && sleeps) return `!${runnable[other]}`;
      return `(cpu == ${here} || !${runnable[other]})`;
    };
    return {
      name: `${actor}.${name}`,
      actor,
      when: `${when} && ${mayRun()}`,
      does: policy === "smp" ? does : `${does} cpu = ${here};`,
    };
  });
}

function anyOf(steps: readonly Step[], actor: Step["actor"], sleeps = false): string {
  const rows = steps.filter((step) => step.actor === actor && (!sleeps || step.sleeps));
  return `(${rows.map(({ when }) => `(${when})`).join(" || ")})`;
}
