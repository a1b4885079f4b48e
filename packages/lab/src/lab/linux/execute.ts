/** The loop that runs an RPC task's state machine (net/sunrpc/sched.c): run, sleep, wake, leave. */

import { EXECUTE, exit, SYSCALL } from "./action.js";
import { EAGAIN, EIO, ERESTARTSYS, ETIMEDOUT } from "./errno.js";
import type { Kernel, Task, Xprt } from "./kernel.js";
import { taskPrintk } from "./log.js";
import { rpc_wake_up_task } from "./queue.js";
import { block } from "./sched.js";
import { goTo, type Steps, taskOf, xprtOf } from "./step.js";
import { xprt_release, xprt_release_xprt } from "./xprt.js";

export const EXECUTE_STEPS: Steps = {
  __rpc_execute: {
    fn: "__rpc_execute",
    callers: SYSCALL,
    run(k, thread) {
      const task = taskOf(k, thread);
      if (task.queued) return goTo(thread, "rpc_wait_bit_killable");
      if (task.tk_callback !== "none") return runCallback(k, task, xprtOf(k, thread));
      if (task.tk_action === "") return goTo(thread, "rpc_exit_task");
      goTo(thread, task.tk_action);
    },
  },

  rpc_wait_bit_killable: {
    fn: "__rpc_execute",
    callers: SYSCALL,
    run(k, thread) {
      const task = taskOf(k, thread);
      task.running = false;
      taskPrintk(k, task, "sync task going to sleep");
      goTo(thread, "rpc_resume");
      if (task.queued && !thread.killed) block(k, thread, { on: "task", task: task.id });
    },
  },

  rpc_resume: {
    fn: "__rpc_execute",
    callers: SYSCALL,
    run(k, thread) {
      const task = taskOf(k, thread);
      task.running = true;
      if (thread.killed) {
        taskPrintk(k, task, "got signal");
        if (task.queued) rpc_wake_up_task(k, task);
        task.tk_callback = "none";
        exit(task, -ERESTARTSYS);
      }
      taskPrintk(k, task, "sync task resuming");
      goTo(thread, "__rpc_execute");
    },
  },

  rpc_exit_task: {
    fn: "rpc_exit_task",
    callers: EXECUTE,
    run(k, thread) {
      const task = taskOf(k, thread);
      taskPrintk(k, task, `return 0, status ${task.tk_status}`);
      xprt_release(k, xprtOf(k, thread), task);
      thread.result = task.tk_status;
      goTo(thread, "nfs_done");
    },
  },
};

/** What runs first after a sleep. */
function runCallback(k: Kernel, task: Task, x: Xprt): void {
  const callback = task.tk_callback;
  task.tk_callback = "none";
  switch (callback) {
    case "__rpc_atrun":
      task.tk_status = 0;
      return;
    case "xs_nospace_callback":
    case "none":
      return;
    case "xprt_timer":
      if (task.tk_status === -ETIMEDOUT && task.replied) task.tk_status = 0;
      return;
    case "xprt_connect_status":
      xprt_connect_status(k, task, x);
  }
}

/** xprt_connect_status. */
function xprt_connect_status(k: Kernel, task: Task, x: Xprt): void {
  const result = task.tk_status;
  if (result === 0) return taskPrintk(k, task, "xprt_connect_status: connection established");
  if (result === -EAGAIN) return taskPrintk(k, task, "xprt_connect_status: retrying");
  if (result === -ETIMEDOUT) return taskPrintk(k, task, "xprt_connect_status: connect attempt timed out");
  taskPrintk(k, task, `xprt_connect_status: error ${-result} connecting to server ${x.server.host}`);
  xprt_release_xprt(k, x, task.id);
  task.tk_status = -EIO;
}
