/** The rows of a step table: what a thread does between two points where another may come in between. */
import type { SockHost } from "../net/mod.js";
import type { Kernel, Sock, Task, Thread, Xprt } from "./kernel.js";
import { block, wakeThread } from "./sched.js";

export interface Step {
  /** The kernel function. */
  readonly fn: string;
  /** Its callers, outermost first. */
  readonly callers: readonly string[];
  /** might_sleep at its head: with voluntary preemption a stronger thread comes in here. */
  readonly sleeps?: true;
  /** User space: preempted under every model. */
  readonly user?: true;
  run(k: Kernel, thread: Thread, host: SockHost): void;
}

export type Steps = { readonly [pc: string]: Step };

/** Goes on with another step. */
export function goTo(thread: Thread, pc: string): void {
  thread.pc = pc;
}

export function taskOf(k: Kernel, thread: Thread): Task {
  return k.tasks[thread.task]!;
}

export function xprtOf(k: Kernel, thread: Thread): Xprt {
  return k.xprts[thread.xprt]!;
}

/** lock_sock: false and asleep when another thread has it; the step is then tried again. */
export function lockSock(k: Kernel, thread: Thread, sk: Sock): boolean {
  if (!sk.owned) {
    sk.owned = true;
    return true;
  }
  block(k, thread, { on: "lock", sock: sk.id });
  return false;
}

/** The lock is free again: whoever waits for it tries again. */
export function wakeLockWaiters(k: Kernel, sk: Sock): void {
  for (const thread of k.threads) {
    if (thread.blocked?.on === "lock" && thread.blocked.sock === sk.id) wakeThread(k, thread);
  }
}
