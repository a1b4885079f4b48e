/** rpciod's work items (kernel/workqueue.c): one queue a CPU, with its own thread; delayed ones lie in a timer first. */
import type { Us } from "../trace.js";
import type { Kernel, Thread, Work, Xprt } from "./kernel.js";
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
  // Workers are the first threads, one a CPU.
  const worker = k.threads[work.cpu]!;
  if (worker.blocked?.on === "work") wakeThread(k, worker);
}

/**
 * The next queued work of a CPU: no longer pending from here on, so it may be queued again while it runs. Work that
 * another CPU runs just now goes to that one on 3.x (find_worker_executing_work); 2.6.32 runs it on both.
 */
export function takeWork(k: Kernel, cpu: number): Work | undefined {
  for (let index = 0; index < k.works.length; index++) {
    const work = k.works[index]!;
    if (!work.queued || work.cpu !== cpu) continue;
    const runner = k.rules.workers === "rpciod" ? undefined : runnerOf(k, work, cpu);
    if (runner === undefined) return k.works.splice(index, 1)[0];
    k.works[index] = { ...work, cpu: runner.cpu };
  }
  return undefined;
}

function runnerOf(k: Kernel, work: Work, cpu: number): Thread | undefined {
  return k.threads.find(
    (t) => t.cpu !== cpu && t.program === -1 && t.xprt === work.xprt && worksOn(t.pc, work.fn),
  );
}

function worksOn(pc: string, fn: Work["fn"]): boolean {
  return pc === fn || (fn === "xs_tcp_setup_socket" && pc.startsWith("xs:"));
}
