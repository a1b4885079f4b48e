/** rpciod's work items (kernel/workqueue.c): one queue a CPU, with its own thread; delayed ones lie in a timer first. */
import type { Us } from "../trace.js";
import type { Kernel, ThreadId, Work, Xprt } from "./kernel.js";
import { wakeThread } from "./sched.js";

/** queue_delayed_work: false when it is pending already. Runs on the CPU that queued it. */
export function queueWork(k: Kernel, fn: Work["fn"], x: Xprt, delayUs: Us): boolean {
  if (k.works.some((work) => work.fn === fn && work.xprt === x.id)) return false;
  const cpu = Math.max(0, k.here.cpu);
  const work: Work = { fn, xprt: x.id, atUs: k.now + delayUs, cpu, queued: false };
  k.works.push(work);
  if (delayUs === 0) enqueue(k, work);
  return true;
}

/** cancel_delayed_work: takes it out of its timer; false when it was not, or no longer, there. */
export function cancelWork(k: Kernel, fn: Work["fn"], x: Xprt): boolean {
  const index = k.works.findIndex((work) => work.fn === fn && work.xprt === x.id && !work.queued);
  if (index < 0) return false;
  k.works.splice(index, 1);
  return true;
}

/** delayed_work_timer_fn. */
export function enqueue(k: Kernel, work: Work): void {
  work.queued = true;
  const worker = k.threads[workerOf(k, work.cpu)]!;
  if (worker.blocked?.on === "work") wakeThread(k, worker);
}

/** The next queued work of a CPU: no longer pending from here on, so it may be queued again while it runs. */
export function takeWork(k: Kernel, cpu: number): Work | undefined {
  const index = k.works.findIndex((work) => work.queued && work.cpu === cpu);
  return index < 0 ? undefined : k.works.splice(index, 1)[0];
}

/** Workers are the first threads, one a CPU. */
export function workerOf(_k: Kernel, cpu: number): ThreadId {
  return cpu;
}
