/** Who may take the next step when both threads could: the scheduler, as a condition on each step. */
import type { Action } from "../../guarded/mod.js";
import { ACTOR_TASK, ACTOR_WORKER, type Step } from "./step.js";

export const POLICIES = ["task-above-worker", "worker-above-task", "equal", "smp"] as const;
/**
 * `task-above-worker`: one CPU, the task is the stronger thread (the report's RR 50 over OTHER or 49), preemption
 * voluntary. `worker-above-task`: rpciod at RR 51. `equal`: nobody preempts. `smp`: a CPU each, any interleaving.
 */
export type Policy = (typeof POLICIES)[number];

/** All actions under `policy`: the threads' steps, and what happens to them in interrupts. */
export function scheduled(
  steps: readonly Step[],
  interrupts: readonly Action[],
  policy: Policy,
): readonly Action[] {
  const runnable = { T: anyOf(steps, "T"), W: anyOf(steps, "W") };
  if (policy === "smp") return [...steps.map((step) => actionOf(step, step.when, "")), ...interrupts];
  const threads = steps.map((step) => {
    const { here, other } = SIDES[step.actor];
    return actionOf(
      step,
      `${step.when} && ${mayRun(step, steps, policy, runnable[other])}`,
      ` cpu = ${here};`,
    );
  });
  // Who is woken while nobody runs finds the CPU free.
  const idle = `if (!${runnable.T} && !${runnable.W}) { cpu = idle; }`;
  return [...threads, ...interrupts.map((action) => ({ ...action, does: `${idle} ${action.does}` }))];
}

const SIDES = {
  T: { here: "on_task", other: "W" },
  W: { here: "on_worker", other: "T" },
} as const;

function actionOf({ actor, name, does }: Step, when: string, after: string): Action {
  return { name: `${actor}.${name}`, actor, when, does: `${does}${after}` };
}

/** Preemption is voluntary: the weaker gives way where it might sleep, and the stronger takes over only there. */
function mayRun(step: Step, steps: readonly Step[], policy: Policy, otherRuns: string): string {
  const { here, other } = SIDES[step.actor];
  if (policy === "equal") return `(cpu == ${here} || cpu == idle || !${otherRuns})`;
  const stronger = policy === "task-above-worker" ? ACTOR_TASK : ACTOR_WORKER;
  if (stronger === step.actor)
    return `(cpu == ${here} || cpu == idle || !${otherRuns} || ${anyOf(steps, other, true)})`;
  return step.sleeps ? `!${otherRuns}` : `(cpu == ${here} || !${otherRuns})`;
}

function anyOf(steps: readonly Step[], actor: Step["actor"], sleeps = false): string {
  const rows = steps.filter((step) => step.actor === actor && (!sleeps || step.sleeps));
  return `(${rows.map(({ when }) => `(${when})`).join(" || ")})`;
}
