/** A task puts its call on the wire (call_transmit, xprt_transmit, xs_tcp_send_request). */
import { release_sock, tcp_sendmsg } from "../net/mod.js";
import { action, EXECUTE, status } from "./action.js";
import {
  EAGAIN,
  ECONNREFUSED,
  ECONNRESET,
  EHOSTUNREACH,
  ENETUNREACH,
  ENOTCONN,
  ENOTSOCK,
  EPIPE,
} from "./errno.js";
import type { Kernel, Task, Xprt } from "./kernel.js";
import { dprintk, taskPrintk, within } from "./log.js";
import { PROCEDURES } from "./procedures.js";
import { rpc_sleep_on } from "./queue.js";
import { goTo, lockSock, type Steps, taskOf, wakeLockWaiters, xprtOf } from "./step.js";
import { xprt_release_xprt, xprt_reserve_xprt } from "./xprt.js";
import { sendReaction, xs_tcp_shutdown } from "./xprtsock.js";

export const TRANSMIT_STEPS: Steps = {
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
        sk === undefined
          ? { status: -ENOTCONN, shutdown: false }
          : sent < 0
            ? sendReaction(k, x, sk, task, sent)
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
        else if (!task.replied) rpc_sleep_on(k, x.pending, task, task.rq_timeoutUs, "xprt_timer");
      }
      call_transmit_status(k, task, x);
    },
  },
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
