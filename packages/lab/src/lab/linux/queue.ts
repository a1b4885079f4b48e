/** RPC wait queues (net/sunrpc/sched.c): a task sleeps in one, and whoever wakes it plants its status. */
import type { Us } from "../trace.js";
import type { Kernel, Task, TaskCallback, WaitQueue, Xprt } from "./kernel.js";
import { dprintk, jiffies, placeOf, queueAddr, taskPrintk, within } from "./log.js";
import { wakeThread } from "./sched.js";

/** __rpc_sleep_on_priority: puts the task to sleep when its FSM function returns. `timeoutUs` 0: for ever. */
export function rpc_sleep_on(
  k: Kernel,
  queue: WaitQueue,
  task: Task,
  timeoutUs: Us,
  callback: TaskCallback,
): void {
  taskPrintk(k, task, `sleep_on(queue "${queue.name}" time ${jiffies(k)})`);
  queue.tasks.push(task.id);
  task.queue = queue.name;
  task.queued = true;
  task.tk_callback = callback;
  taskPrintk(k, task, `added to queue ${queueAddr(queue, ownerOf(k, queue, task))} "${queue.name}"`);
  if (timeoutUs === 0) return;
  taskPrintk(k, task, `setting alarm for ${Math.floor(timeoutUs / 1000)} ms`);
  task.timerAtUs = k.now + timeoutUs;
}

/** rpc_delay. */
export function rpc_delay(k: Kernel, task: Task, delayUs: Us): void {
  rpc_sleep_on(k, k.delayq, task, delayUs, "__rpc_atrun");
}

/** __rpc_do_wake_up_task: out of its queue, and runnable. */
export function rpc_wake_up_task(k: Kernel, task: Task): void {
  if (!task.queued) return;
  const x = k.xprts[task.xprt]!;
  const queue = queueOf(k, task)!;
  taskPrintk(k, task, `__rpc_wake_up_task (now ${jiffies(k)})`);
  if (task.timerAtUs !== 0) taskPrintk(k, task, "disabling timer");
  task.timerAtUs = 0;
  queue.tasks.splice(queue.tasks.indexOf(task.id), 1);
  taskPrintk(k, task, `removed from queue ${queueAddr(queue, ownerOf(k, queue, task))} "${queue.name}"`);
  within(k, "rpc_make_runnable", () => {
    k.trace.push({
      type: "wake",
      ...placeOf(k),
      task: task.pid,
      queue: queue.name,
      status: task.tk_status,
      stack: k.stack.slice().reverse(),
      early: queue.name === "xprt_pending" && x.workerRuns,
    });
    task.queued = false;
    task.queue = "";
    const thread = k.threads[task.thread]!;
    if (!task.running && thread.blocked?.on === "task") wakeThread(k, thread);
  });
  dprintk(k, "__rpc_wake_up_task done");
}

/** rpc_wake_up_status: everybody in the queue, with the same status. */
export function rpc_wake_up_status(k: Kernel, queue: WaitQueue, status: number): void {
  within(k, "rpc_wake_up_status", () =>
    within(k, "rpc_wake_up_task_queue_locked", () => {
      for (const id of queue.tasks.slice()) {
        const task = k.tasks[id]!;
        task.tk_status = status;
        rpc_wake_up_task(k, task);
      }
    }),
  );
}

/** rpc_wake_up_first; `chosen` hears who it is before it runs. */
export function rpc_wake_up_first(
  k: Kernel,
  queue: WaitQueue,
  x: Xprt,
  chosen: (task: Task) => void,
): boolean {
  dprintk(k, `wake_up_first(${queueAddr(queue, x)} "${queue.name}")`);
  const id = queue.tasks[0];
  if (id === undefined) return false;
  const task = k.tasks[id]!;
  chosen(task);
  rpc_wake_up_task(k, task);
  return true;
}

/** __rpc_queue_timer_fn. */
export function onTaskTimer(k: Kernel, task: Task): void {
  taskPrintk(k, task, "timeout");
  task.tk_status = -110;
  rpc_wake_up_task(k, task);
}

export function queueOf(k: Kernel, task: Task): WaitQueue | undefined {
  const x = k.xprts[task.xprt]!;
  switch (task.queue) {
    case "delayq":
      return k.delayq;
    case "xprt_pending":
      return x.pending;
    case "xprt_sending":
      return x.sending;
    default:
      return undefined;
  }
}

function ownerOf(k: Kernel, queue: WaitQueue, task: Task): Xprt | undefined {
  return queue === k.delayq ? undefined : k.xprts[task.xprt];
}
