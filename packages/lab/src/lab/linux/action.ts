/** What the states of an RPC task have in common. */
import type { Kernel, Task, Thread, Xprt } from "./kernel.js";
import { taskPrintk } from "./log.js";
import { goTo, type Step, taskOf, xprtOf } from "./step.js";

/** Who calls the state machine: a stat that wants its answer. */
export const SYSCALL = [
  "sys_newstat",
  "vfs_stat",
  "nfs_getattr",
  "rpc_call_sync",
  "rpc_run_task",
  "rpc_execute",
];
export const EXECUTE = [...SYSCALL, "__rpc_execute"];

/** A step of an FSM function: after it the loop looks whether the task sleeps. */
export function action(fn: string, run: (k: Kernel, task: Task, x: Xprt, thread: Thread) => void): Step {
  return {
    fn,
    callers: EXECUTE,
    run(k, thread) {
      goTo(thread, "__rpc_execute");
      run(k, taskOf(k, thread), xprtOf(k, thread), thread);
    },
  };
}

/** The line that a state begins with. */
export function status(k: Kernel, task: Task, fn: string): void {
  taskPrintk(k, task, `${fn} (status ${task.tk_status})`);
}

/** rpc_exit. */
export function exit(task: Task, result: number): void {
  task.tk_status = result;
  task.tk_action = "";
}
