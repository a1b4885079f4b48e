/**
 * The RPC task's state machine (net/sunrpc/clnt.c and the loop of sched.c), run by the thread that asked. Each row is
 * what happens between two points where another thread may come in.
 */

import { action, exit, status } from "./action.js";
import { CONNECT_STEPS } from "./connect.js";
import {
  EAGAIN,
  ECONNREFUSED,
  ECONNRESET,
  EHOSTUNREACH,
  EIO,
  ENETUNREACH,
  ENOTCONN,
  EPIPE,
  ETIMEDOUT,
} from "./errno.js";
import { EXECUTE_STEPS } from "./execute.js";
import { dprintk, taskPrintk, xprtAddr } from "./log.js";
import { PROCEDURES } from "./procedures.js";
import { rpc_delay } from "./queue.js";
import { goTo, type Steps } from "./step.js";
import { TRANSMIT_STEPS } from "./transmit.js";
import { xprt_lock_and_alloc_slot } from "./xprt.js";

/** Delay after a connection was reset or refused. */
const RESET_DELAY_US = 3_000_000;

/** Every row of a task. */
export const CLNT_STEPS: Steps = {
  ...EXECUTE_STEPS,
  ...CONNECT_STEPS,
  ...TRANSMIT_STEPS,

  call_start: action("call_start", (k, task) => {
    const name = PROCEDURES[task.proc]?.name ?? task.proc;
    taskPrintk(k, task, `call_start nfs3 proc ${name} (sync)`);
    task.tk_action = "call_reserve";
  }),

  call_reserve: action("call_reserve", (k, task, x) => {
    status(k, task, "call_reserve");
    task.tk_status = 0;
    task.tk_action = "call_reserveresult";
    xprt_lock_and_alloc_slot(k, x, task);
  }),

  call_reserveresult: action("call_reserveresult", (k, task) => {
    status(k, task, "call_reserveresult");
    const result = task.tk_status;
    task.tk_status = 0;
    if (result >= 0 && task.hasSlot) task.tk_action = "call_refresh";
    else if (result === -EAGAIN) task.tk_action = "call_reserve";
    else exit(task, result < 0 ? result : -EIO);
  }),

  call_refresh: action("call_refresh", (k, task) => {
    status(k, task, "call_refresh");
    taskPrintk(k, task, "refreshing UNIX cred ffff88001f97f6c0");
    task.tk_action = "call_refreshresult";
  }),

  call_refreshresult: action("call_refreshresult", (k, task) => {
    status(k, task, "call_refreshresult");
    task.tk_action = "call_allocate";
  }),

  call_allocate: action("call_allocate", (k, task) => {
    status(k, task, "call_allocate");
    taskPrintk(k, task, "allocated buffer of size 564 at ffff88001f994800");
    task.tk_action = "call_bind";
  }),

  call_bind: action("call_bind", (k, task) => {
    status(k, task, "call_bind");
    task.tk_action = "call_connect";
  }),

  call_connect: action("call_connect", (k, task, x, thread) => {
    const { CONNECTED } = x.flags;
    taskPrintk(k, task, `call_connect xprt ${xprtAddr(x)} ${CONNECTED ? "is" : "is not"} connected`);
    if (CONNECTED) {
      task.tk_action = "call_transmit";
      return;
    }
    task.tk_action = "call_connect_status";
    if (task.tk_status >= 0) goTo(thread, "xprt_connect");
  }),

  call_connect_status: action("call_connect_status", (k, task) => {
    status(k, task, "call_connect_status");
    const result = task.tk_status;
    if (result === -EAGAIN && k.rules.eagainToConnect) {
      task.tk_status = 0;
      task.tk_action = "call_connect";
    } else if (result >= 0 || result === -EAGAIN) {
      task.tk_status = 0;
      task.tk_action = "call_transmit";
    } else if (result === -ETIMEDOUT) {
      task.tk_action = "call_timeout";
    } else exit(task, -EIO);
  }),

  call_status: action("call_status", (k, task) => {
    if (task.replied && task.tk_status <= 0) task.tk_status = PROCEDURES[task.proc]!.replyBytes - 4;
    status(k, task, "call_status");
    const result = task.tk_status;
    if (result >= 0) {
      task.tk_action = "call_decode";
      return;
    }
    task.tk_status = 0;
    switch (result) {
      case -EHOSTUNREACH:
      case -ENETUNREACH:
        task.tk_action = "call_timeout";
        return rpc_delay(k, task, RESET_DELAY_US);
      case -ETIMEDOUT:
        task.tk_action = "call_timeout";
        return;
      case -ECONNRESET:
      case -ECONNREFUSED:
        task.tk_action = "call_bind";
        return rpc_delay(k, task, RESET_DELAY_US);
      case -EPIPE:
      case -ENOTCONN:
        task.tk_action = "call_bind";
        return;
      case -EAGAIN:
        task.tk_action = "call_transmit";
        return;
      default:
        exit(task, result);
    }
  }),

  call_timeout: action("call_timeout", (k, task) => {
    const major = k.now >= task.rq_majortimeoUs;
    taskPrintk(k, task, `call_timeout (${major ? "major" : "minor"})`);
    if (major) {
      dprintk(k, `nfs: server ${k.xprts[task.xprt]!.server.host} not responding, still trying`);
      task.rq_majortimeoUs = k.now + 3 * task.rq_timeoutUs;
    }
    task.tk_action = "call_bind";
    task.tk_status = 0;
  }),

  call_decode: action("call_decode", (k, task) => {
    status(k, task, "call_decode");
    taskPrintk(k, task, "call_decode result 0");
    exit(task, 0);
  }),
};
