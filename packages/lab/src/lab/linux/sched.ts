/** Threads and CPUs: who runs, who is woken where, who gives way (kernel/sched.c, sched_rt.c, as far as a race needs it). */
import type { Blocked, Kernel, Thread } from "./kernel.js";

/** How strongly a thread wants the CPU: 1 to 99 for FIFO and RR, 0 for OTHER. */
export function prioOf(thread: Thread | undefined): number {
  if (thread === undefined) return -1;
  return thread.sched.class === "OTHER" ? 0 : thread.sched.prio;
}

/** The thread that a CPU runs; undefined: idle. */
export function currentOf(k: Kernel, cpu: number): Thread | undefined {
  return k.threads[k.cpus[cpu]!.current];
}

/** Off the CPU until `wakeThread`. */
export function block(k: Kernel, thread: Thread, blocked: Blocked): void {
  thread.state = "blocked";
  thread.blocked = blocked;
  leave(k, thread, "blocked");
}

/** Never again. */
export function exitThread(k: Kernel, thread: Thread): void {
  thread.state = "dead";
  thread.blocked = undefined;
  leave(k, thread, "exited");
}

function leave(k: Kernel, thread: Thread, why: "blocked" | "exited"): void {
  const cpu = k.cpus[thread.cpu]!;
  if (cpu.current !== thread.id) return;
  cpu.current = -1;
  cpu.needResched = false;
  schedule(k, thread.cpu, thread.name, why);
}

/** Ready to run. A real-time thread of higher priority than what its CPU runs asks for that CPU at once. */
export function wakeThread(k: Kernel, thread: Thread): void {
  if (thread.state !== "blocked") return;
  thread.state = "ready";
  thread.blocked = undefined;
  thread.readySeq = k.seq++;
  thread.cpu = selectCpu(k, thread);
  place(k, thread);
}

/** On the queue of its CPU, which it asks for when it is stronger than what runs there. */
function place(k: Kernel, thread: Thread): void {
  thread.state = "ready";
  const cpu = k.cpus[thread.cpu]!;
  const current = currentOf(k, thread.cpu);
  // CFS rarely lets one OTHER thread preempt another that woke just before: here it never does.
  if (current === undefined) schedule(k, thread.cpu, "idle", "idle");
  else if (prioOf(thread) > prioOf(current)) cpu.needResched = true;
}

/** cpus_allowed. */
function mayRun(thread: Thread, cpu: number): boolean {
  return thread.bound ? cpu === thread.cpu : (thread.affinity?.includes(cpu) ?? true);
}

/** sched_setaffinity: a thread that is where it may not be moves at once; a sleeping one when it wakes. */
export function setAffinity(k: Kernel, thread: Thread, cpus: readonly number[]): void {
  thread.affinity = cpus;
  if (mayRun(thread, thread.cpu)) return;
  const from = thread.cpu;
  const ran = thread.state === "running";
  if (ran) k.cpus[from]!.current = -1;
  thread.cpu = cpus[0]!;
  if (thread.state === "blocked" || thread.state === "dead") return;
  place(k, thread);
  if (ran) schedule(k, from, thread.name, "preempted");
}

/**
 * select_task_rq: bound threads stay; a real-time thread stays on its CPU unless an equal or stronger one runs there;
 * others go to an idle CPU if theirs is busy.
 */
function selectCpu(k: Kernel, thread: Thread): number {
  if (thread.bound || k.cpus.length === 1) return thread.cpu;
  const here = currentOf(k, thread.cpu);
  if (here === undefined) return thread.cpu;
  const prio = prioOf(thread);
  if (prio > 0 && prio > prioOf(here)) return thread.cpu;
  const allowed = [...k.cpus.keys()].filter((cpu) => mayRun(thread, cpu));
  const idle = allowed.find((cpu) => k.cpus[cpu]!.current < 0);
  const weaker = prio > 0 ? allowed.find((cpu) => prioOf(currentOf(k, cpu)) < prio) : undefined;
  return idle ?? weaker ?? thread.cpu;
}

/** The current thread gives way to a stronger one. */
export function preempt(k: Kernel, cpu: number): void {
  const thread = currentOf(k, cpu);
  const c = k.cpus[cpu]!;
  c.needResched = false;
  if (thread === undefined) return;
  const next = strongest(k, cpu);
  if (next === undefined || prioOf(next) <= prioOf(thread)) return;
  thread.state = "ready";
  c.current = -1;
  schedule(k, cpu, thread.name, "preempted");
}

/** Puts the strongest ready thread on an empty CPU. */
function schedule(
  k: Kernel,
  cpu: number,
  from: string,
  why: "preempted" | "blocked" | "exited" | "idle",
): void {
  const next = strongest(k, cpu) ?? pull(k, cpu);
  if (next !== undefined) {
    next.state = "running";
    next.cpu = cpu;
    k.cpus[cpu]!.current = next.id;
    k.cpus[cpu]!.nextAtUs = k.now + k.stepUs;
  }
  const to = next?.name ?? "idle";
  if (from !== to) k.trace.push({ type: "switch", at: k.now, cpu, from, to, why });
}

/** The ready thread of this CPU with the highest priority; among equals the one that was preempted or woken first. */
function strongest(k: Kernel, cpu: number): Thread | undefined {
  let best: Thread | undefined;
  for (const thread of k.threads) {
    if (thread.state !== "ready" || thread.cpu !== cpu) continue;
    if (best === undefined || prioOf(thread) > prioOf(best)) best = thread;
    else if (prioOf(thread) === prioOf(best) && thread.readySeq < best.readySeq) best = thread;
  }
  return best;
}

/** An idle CPU takes over what waits elsewhere. */
function pull(k: Kernel, cpu: number): Thread | undefined {
  return k.threads.find((thread) => thread.state === "ready" && mayRun(thread, cpu));
}
