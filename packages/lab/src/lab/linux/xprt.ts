/** The transport as tasks see it (net/sunrpc/xprt.c): its write lock, its flags, its wakes. */
import { EAGAIN } from "../net/mod.js";
import type { Kernel, Task, Xprt } from "./kernel.js";
import { dprintk, reqAddr, taskPrintk, within, xprtAddr } from "./log.js";
import { rpc_sleep_on, rpc_wake_up_first, rpc_wake_up_status } from "./queue.js";
import { queueWork } from "./work.js";

/** xprt_wake_pending_tasks. With `no-early-wake` nobody is woken while a connect worker is under way. */
export function xprt_wake_pending_tasks(k: Kernel, x: Xprt, status: number): void {
  if (k.rules.noEarlyWake && x.workerRuns) {
    x.heldWake = status;
    return;
  }
  within(k, "xprt_wake_pending_tasks", () => rpc_wake_up_status(k, x.pending, status));
}

/** xprt_disconnect_done. */
export function xprt_disconnect_done(k: Kernel, x: Xprt): void {
  dprintk(k, `disconnected transport ${xprtAddr(x)}`);
  x.flags.CONNECTED = false;
  xprt_wake_pending_tasks(k, x, -EAGAIN);
}

/** xprt_force_disconnect: close as soon as the lock can be had. */
export function xprt_force_disconnect(k: Kernel, x: Xprt): void {
  x.flags.CLOSE_WAIT = true;
  if (!x.flags.LOCKED) {
    x.flags.LOCKED = true;
    queueWork(k, "xprt_autoclose", x, 0);
  }
  xprt_wake_pending_tasks(k, x, -EAGAIN);
}

/** xprt_reserve_xprt: the write lock, or asleep in `xprt_sending`. */
export function xprt_reserve_xprt(k: Kernel, x: Xprt, task: Task): boolean {
  if (x.flags.LOCKED && x.snd_task === task.id) return true;
  if (!x.flags.LOCKED) {
    x.flags.LOCKED = true;
    x.snd_task = task.id;
    return true;
  }
  taskPrintk(k, task, `failed to lock transport ${xprtAddr(x)}`);
  task.tk_status = -EAGAIN;
  rpc_sleep_on(k, x.sending, task, 0, "none");
  return false;
}

/** xprt_release_xprt: the lock goes to whoever sleeps for it, or to the autoclose work if a close is due. `task` -1: the work's own. */
export function xprt_release_xprt(k: Kernel, x: Xprt, task: number): void {
  if (x.snd_task !== task) return;
  clearLocked(k, x);
  lockWriteNext(k, x);
}

function clearLocked(k: Kernel, x: Xprt): void {
  x.snd_task = -1;
  if (!x.flags.CLOSE_WAIT) x.flags.LOCKED = false;
  else queueWork(k, "xprt_autoclose", x, 0);
}

/** __xprt_lock_write_next. */
function lockWriteNext(k: Kernel, x: Xprt): void {
  if (x.flags.LOCKED) return;
  x.flags.LOCKED = true;
  const woken = rpc_wake_up_first(k, x.sending, x, (task) => {
    x.snd_task = task.id;
  });
  if (!woken) clearLocked(k, x);
}

/** xprt_reserve of a TCP transport: the write lock for as long as it takes to get a slot. */
export function xprt_lock_and_alloc_slot(k: Kernel, x: Xprt, task: Task): void {
  if (!xprt_reserve_xprt(k, x, task)) return;
  task.hasSlot = true;
  task.xid = k.nextXid;
  k.nextXid = (k.nextXid + 1) >>> 0;
  task.tk_status = 0;
  taskPrintk(k, task, `reserved req ${reqAddr(task)} xid ${hex(task.xid)}`);
  xprt_release_xprt(k, x, task.id);
}

/** xprt_release: everything the task holds of the transport. */
export function xprt_release(k: Kernel, x: Xprt, task: Task): void {
  x.recv = x.recv.filter((id) => id !== task.id);
  if (x.snd_task === task.id) xprt_release_xprt(k, x, task.id);
  task.hasSlot = false;
  taskPrintk(k, task, `release request ${reqAddr(task)}`);
}

export function hex(xid: number): string {
  return xid.toString(16).padStart(8, "0");
}
