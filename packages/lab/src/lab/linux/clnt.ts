/**
 * The RPC task's state machine (net/sunrpc/clnt.c and the loop of sched.c), run by the thread that asked. Each row is
 * what happens between two points where another thread may come in.
 */

import { release_sock, tcp_sendmsg } from "../net/mod.js";
import {
  EAGAIN,
  ECONNREFUSED,
  ECONNRESET,
  EHOSTUNREACH,
  EIO,
  ENETUNREACH,
  ENOTCONN,
  ENOTSOCK,
  EPIPE,
  ERESTARTSYS,
  ETIMEDOUT,
} from "./errno.js";
import type { Kernel, Task, Thread, Xprt } from "./kernel.js";
import { dprintk, taskPrintk, within, xprtAddr } from "./log.js";
import { PROCEDURES } from "./procedures.js";
import { rpc_delay, rpc_sleep_on, rpc_wake_up_task } from "./queue.js";
import { block } from "./sched.js";
import { goTo, lockSock, type Step, type Steps, taskOf, wakeLockWaiters, xprtOf } from "./step.js";
import { xprt_lock_and_alloc_slot, xprt_release, xprt_release_xprt, xprt_reserve_xprt } from "./xprt.js";
import { sendReaction, xs_connect, xs_tcp_close, xs_tcp_shutdown } from "./xprtsock.js";

const SYSCALL = ["sys_newstat", "vfs_stat", "nfs_getattr", "rpc_call_sync", "rpc_run_task", "rpc_execute"];
const EXECUTE = [...SYSCALL, "__rpc_execute"];

/** Delay after a connection was reset or refused. */
const RESET_DELAY_US = 3_000_000;

/** A step of an FSM function: after it the loop looks whether the task sleeps. */
function action(fn: string, run: (k: Kernel, task: Task, x: Xprt, thread: Thread) => void): Step {
  return {
    fn,
    callers: EXECUTE,
    run(k, thread) {
      goTo(thread, "__rpc_execute");
      run(k, taskOf(k, thread), xprtOf(k, thread), thread);
    },
  };
}

function status(k: Kernel, task: Task, fn: string): void {
  taskPrintk(k, task, `${fn} (status ${task.tk_status})`);
}

/** rpc_exit. */
function exit(task: Task, result: number): void {
  task.tk_status = result;
  task.tk_action = "";
}

export const CLNT_STEPS: Steps = {
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

  // The transport's write lock; a close that is due happens here, in the task's own context.
  xprt_connect: {
    fn: "xprt_connect",
    callers: [...EXECUTE, "call_connect"],
    run(k, thread, host) {
      const task = taskOf(k, thread);
      const x = xprtOf(k, thread);
      if (!x.flags.LOCKED || x.snd_task === task.id) {
        taskPrintk(
          k,
          task,
          `xprt_connect xprt ${xprtAddr(x)} ${x.flags.CONNECTED ? "is" : "is not"} connected`,
        );
      }
      goTo(thread, "__rpc_execute");
      if (!xprt_reserve_xprt(k, x, task)) return;
      if (x.flags.CLOSE_WAIT) {
        x.flags.CLOSE_WAIT = false;
        xs_tcp_close(k, x, host);
      }
      goTo(thread, "xprt_connect:connected");
    },
  },

  // Is it connected by now? If not, asleep: between this test and the queue lies a lost wake-up.
  "xprt_connect:connected": {
    fn: "xprt_connect",
    callers: [...EXECUTE, "call_connect"],
    run(k, thread) {
      const task = taskOf(k, thread);
      const x = xprtOf(k, thread);
      if (!x.flags.CONNECTED) return goTo(thread, "xprt_connect:sleep");
      xprt_release_xprt(k, x, task.id);
      goTo(thread, "__rpc_execute");
    },
  },

  "xprt_connect:sleep": {
    fn: "xprt_connect",
    callers: [...EXECUTE, "call_connect"],
    run(k, thread) {
      const task = taskOf(k, thread);
      const x = xprtOf(k, thread);
      task.rq_bytes_sent = 0;
      rpc_sleep_on(k, x.pending, task, task.rq_timeoutUs, "xprt_connect_status");
      goTo(thread, "xprt_connect:work");
    },
  },

  "xprt_connect:work": {
    fn: "xs_connect",
    callers: [...EXECUTE, "call_connect", "xprt_connect"],
    run(k, thread) {
      const x = xprtOf(k, thread);
      goTo(thread, "__rpc_execute");
      if (x.flags.CLOSING || x.flags.CONNECTING) return;
      x.flags.CONNECTING = true;
      xs_connect(k, x);
    },
  },

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

  call_transmit: action("call_transmit", (k, task, x, thread) => {
    status(k, task, "call_transmit");
    task.tk_action = "call_status";
    if (task.tk_status < 0) return;
    taskPrintk(k, task, "xprt_prepare_transmit");
    if (task.replied) {
      task.tk_status = PROCEDURES[task.proc]!.replyBytes - 4;
      return;
    }
    if (xprt_reserve_xprt(k, x, task)) goTo(thread, "xprt_transmit");
  }),

  // Encoded and announced before the socket's lock is asked for.
  xprt_transmit: {
    fn: "xprt_transmit",
    callers: [...EXECUTE, "call_transmit"],
    run(k, thread) {
      const task = taskOf(k, thread);
      const x = xprtOf(k, thread);
      if (!task.encoded) {
        taskPrintk(k, task, "rpc_xdr_encode (status 0)");
        taskPrintk(k, task, "marshaling UNIX cred ffff88001f97f6c0");
        taskPrintk(k, task, "using AUTH_UNIX cred ffff88001f97f6c0 to wrap rpc data");
        task.encoded = true;
      }
      taskPrintk(k, task, `xprt_transmit(${PROCEDURES[task.proc]!.callBytes})`);
      if (!x.recv.includes(task.id)) x.recv.push(task.id);
      task.rq_connect_cookie = x.connect_cookie;
      goTo(thread, "tcp_sendmsg");
    },
  },

  tcp_sendmsg: {
    fn: "tcp_sendmsg",
    callers: [...EXECUTE, "call_transmit", "xprt_transmit", "xs_tcp_send_request", "kernel_sendmsg"],
    sleeps: true,
    run(k, thread, host) {
      const task = taskOf(k, thread);
      const x = xprtOf(k, thread);
      const { callBytes } = PROCEDURES[task.proc]!;
      const sk = k.socks[x.sock];
      if (sk?.owned) return void lockSock(k, thread, sk);
      let sent = -ENOTSOCK;
      if (sk !== undefined) {
        lockSock(k, thread, sk);
        const payload = { kind: "call", xid: task.xid, proc: task.proc, bytes: callBytes } as const;
        sent = within(k, "tcp_sendmsg", () => tcp_sendmsg(host, sk, payload));
        release_sock(host, sk);
        wakeLockWaiters(k, sk);
      }
      dprintk(k, `xs_tcp_send_request(${callBytes}) = ${sent}`);
      const reaction =
        sent === -ENOTSOCK
          ? { status: -ENOTCONN, shutdown: false }
          : sent < 0
            ? sendReaction(k, x, task, sent)
            : { status: 0, shutdown: false };
      if (sent > 0) task.sends++;
      thread.result = reaction.status;
      goTo(thread, reaction.shutdown ? "xs_tcp_shutdown" : "xprt_transmit:done");
    },
  },

  // The task shuts down a socket that the worker may be connecting.
  xs_tcp_shutdown: {
    fn: "inet_shutdown",
    callers: [...EXECUTE, "call_transmit", "xprt_transmit", "xs_tcp_send_request", "xs_tcp_shutdown"],
    sleeps: true,
    run(k, thread, host) {
      const sk = k.socks[xprtOf(k, thread).sock];
      if (sk !== undefined) {
        if (!lockSock(k, thread, sk)) return;
        xs_tcp_shutdown(k, sk, host);
        release_sock(host, sk);
        wakeLockWaiters(k, sk);
      }
      goTo(thread, "xprt_transmit:done");
    },
  },

  "xprt_transmit:done": {
    fn: "xprt_transmit",
    callers: [...EXECUTE, "call_transmit"],
    run(k, thread) {
      const task = taskOf(k, thread);
      const x = xprtOf(k, thread);
      goTo(thread, "__rpc_execute");
      task.tk_status = thread.result;
      if (task.tk_status === 0) {
        taskPrintk(k, task, "xmit complete");
        if (!x.flags.CONNECTED) task.tk_status = -ENOTCONN;
        else rpc_sleep_on(k, x.pending, task, task.rq_timeoutUs, "xprt_timer");
      }
      call_transmit_status(k, task, x);
    },
  },

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

/** call_transmit_status: who keeps the write lock, and whether the call is encoded anew. */
function call_transmit_status(k: Kernel, task: Task, x: Xprt): void {
  task.tk_action = "call_status";
  const result = task.tk_status;
  if (result === -EAGAIN) return;
  task.encoded = false;
  const keeps = [-ECONNREFUSED, -EHOSTUNREACH, -ENETUNREACH, -ECONNRESET, -ENOTCONN, -EPIPE];
  if (!keeps.includes(result)) xprt_release_xprt(k, x, task.id);
}

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
