/** rpciod: the connect worker (xs_tcp_setup_socket, steps W0 to W12 of the model's notes) and the autoclose work. */
import {
  EADDRNOTAVAIL,
  EAGAIN,
  EALREADY,
  ECONNREFUSED,
  ECONNRESET,
  EINPROGRESS,
  EINVAL,
  ENETUNREACH,
  inet_stream_connect,
  newSock,
  release_sock,
  type Sock,
  TCP_CLOSE,
  TCP_ESTABLISHED,
  TCP_SYN_SENT,
  tcp_disconnect,
} from "../net/mod.js";
import type { Kernel, Thread } from "./kernel.js";
import { dprintk, within, xprtAddr } from "./log.js";
import { block } from "./sched.js";
import { goTo, lockSock, type Step, type Steps, wakeLockWaiters, xprtOf } from "./step.js";
import { takeWork } from "./work.js";
import { xprt_force_disconnect, xprt_release_xprt, xprt_wake_pending_tasks } from "./xprt.js";
import {
  reestablishAtLeast,
  xs_sock_mark_closed,
  xs_sock_reset_connection_flags,
  xs_tcp_close,
} from "./xprtsock.js";

const SETUP = ["kthread", "worker_thread", "xs_tcp_setup_socket"];

function setup(fn: string, callers: readonly string[], run: Step["run"], sleeps?: true): Step {
  return { fn, callers: [...SETUP, ...callers], run, ...(sleeps ? { sleeps } : {}) };
}

function sockOf(k: Kernel, thread: Thread): Sock {
  return k.socks[xprtOf(k, thread).sock]!;
}

export const WORKER_STEPS: Steps = {
  worker_thread: {
    fn: "worker_thread",
    callers: ["kthread"],
    run(k, thread) {
      const work = takeWork(k, thread.cpu);
      if (work === undefined) return block(k, thread, { on: "work" });
      thread.xprt = work.xprt;
      goTo(thread, work.fn);
    },
  },

  // W0 to W3: which socket, and may it be used as it is?
  xs_tcp_setup_socket: setup("xs_tcp_setup_socket", [], (k, thread) => {
    const x = xprtOf(k, thread);
    x.workerRuns = true;
    thread.saved = 0;
    const sk = k.socks[x.sock];
    if (sk === undefined) {
      x.flags.CONNECTION_ABORT = false;
      x.sock = k.socks.length;
      k.socks.push(newSock(x.sock, { host: k.host, port: x.srcport }));
      return goTo(thread, "xs:reused");
    }
    thread.saved = x.flags.CONNECTION_ABORT ? 1 : 0;
    x.flags.CONNECTION_ABORT = false;
    if (isReusable(sk)) return goTo(thread, "xs:reused");
    dprintk(k, `disconnecting xprt ${xprtAddr(x)} to reuse port`);
    goTo(thread, "xs:disconnect");
  }),

  // W4: connect(AF_UNSPEC). The error callback inside is what wakes the task early.
  "xs:disconnect": setup("inet_stream_connect", ["kernel_connect"], (k, thread, host) => {
    const sk = sockOf(k, thread);
    if (!lockSock(k, thread, sk)) return;
    // The socket's callbacks show under it.
    within(k, "tcp_disconnect", () => tcp_disconnect(host, sk));
    goTo(thread, "xs:disconnected");
  }),

  // W5
  "xs:disconnected": setup("release_sock", ["kernel_connect", "inet_stream_connect"], (k, thread, host) => {
    const sk = sockOf(k, thread);
    sk.state = "UNCONNECTED";
    release_sock(host, sk);
    wakeLockWaiters(k, sk);
    goTo(thread, "xs:aborted");
  }),

  // W6: the second early wake.
  "xs:aborted": setup("xs_abort_connection", [], (k, thread) => {
    const x = xprtOf(k, thread);
    if (k.rules.abortWakes) xs_sock_mark_closed(k, x);
    else xs_sock_reset_connection_flags(k, x);
    goTo(thread, "xs:reused");
  }),

  // W7
  "xs:reused": setup("xs_tcp_setup_socket", [], (k, thread) => {
    if (thread.saved === 1) return goTo(thread, "xs:out-again");
    const x = xprtOf(k, thread);
    const { host, port } = x.server;
    dprintk(k, `worker connecting xprt ${xprtAddr(x)} via tcp to ${host} (port ${port})`);
    goTo(thread, "xs:connect");
  }),

  // W9: the first voluntary preemption point since the wake lies at the head of lock_sock, before the lock is taken.
  "xs:connect": setup(
    "tcp_v4_connect",
    ["xs_tcp_finish_connecting", "kernel_connect", "inet_stream_connect"],
    (k, thread, host) => {
      const x = xprtOf(k, thread);
      const sk = sockOf(k, thread);
      if (!lockSock(k, thread, sk)) return;
      thread.result = inet_stream_connect(host, sk, x.server);
      goTo(thread, "xs:connecting");
    },
    true,
  ),

  // What came while the lock was held is handled before it is let go, and between the two lies a preemption point
  // (__release_sock, cond_resched_softirq). The recorded log has a task come in there and wait for the lock.
  "xs:connecting": setup("release_sock", ["kernel_connect", "inet_stream_connect"], (k, thread, host) => {
    const sk = sockOf(k, thread);
    const handled = sk.backlog.length > 0;
    release_sock(host, sk);
    sk.owned = handled;
    if (!handled) wakeLockWaiters(k, sk);
    goTo(thread, handled ? "xs:backlog-done" : "xs:finish");
  }),

  "xs:backlog-done": setup(
    "release_sock",
    ["kernel_connect", "inet_stream_connect"],
    (k, thread, host) => {
      const sk = sockOf(k, thread);
      release_sock(host, sk);
      wakeLockWaiters(k, sk);
      goTo(thread, "xs:finish");
    },
    true,
  ),

  // W10: most results wake nobody.
  "xs:finish": setup("xs_tcp_setup_socket", [], (k, thread) => {
    const x = xprtOf(k, thread);
    const sk = sockOf(k, thread);
    const result = thread.result;
    if (result === 0 || result === -EINPROGRESS) {
      x.connect_cookie++;
      reestablishAtLeast(x);
    }
    const connected = x.flags.CONNECTED ? 1 : 0;
    dprintk(k, `${xprtAddr(x)} connect status ${-result} connected ${connected} sock state ${sk.sk_state}`);
    switch (result) {
      case 0:
      case -EINPROGRESS:
      case -EALREADY:
      case -ECONNREFUSED:
      case -ECONNRESET:
      case -ENETUNREACH:
        return goTo(thread, "xs:out-silent");
      case -EINVAL:
        thread.result = -EINVAL;
        return goTo(thread, "xs:out");
      default:
        if (result !== -EADDRNOTAVAIL)
          dprintk(k, `xs_tcp_setup_socket: connect returned unhandled error ${result}`);
        // xs_tcp_force_close
        x.flags.CONNECTION_CLOSE = true;
        xprt_force_disconnect(k, x);
        goTo(thread, "xs:out-again");
    }
  }),

  "xs:out-silent": setup("xs_tcp_setup_socket", [], (k, thread) => {
    xprtOf(k, thread).flags.CONNECTING = false;
    finish(k, thread);
  }),

  // W11
  "xs:out-again": setup("xs_tcp_setup_socket", [], (_k, thread) => {
    thread.result = -EAGAIN;
    goTo(thread, "xs:out");
  }),

  // W12: CONNECTING is clear before everybody is woken; another worker may be queued in between.
  "xs:out": setup("xprt_clear_connecting", [], (k, thread) => {
    xprtOf(k, thread).flags.CONNECTING = false;
    thread.saved = k.rules.lastWakeSteps;
    goTo(thread, thread.saved > 0 ? "xs:out-slow" : "xs:out-wake");
  }),

  // Whatever takes a CPU away for a while: an interrupt, a hypervisor.
  "xs:out-slow": setup("xs_tcp_setup_socket", [], (_k, thread) => {
    thread.saved--;
    if (thread.saved === 0) goTo(thread, "xs:out-wake");
  }),

  "xs:out-wake": setup("xs_tcp_setup_socket", [], (k, thread) => {
    const x = xprtOf(k, thread);
    const { result } = thread;
    x.workerRuns = false;
    x.heldWake = undefined;
    xprt_wake_pending_tasks(k, x, result);
    goTo(thread, "worker_thread");
  }),

  xprt_autoclose: {
    fn: "xprt_autoclose",
    callers: ["kthread", "worker_thread"],
    sleeps: true,
    run(k, thread, host) {
      const x = xprtOf(k, thread);
      const sk = k.socks[x.sock];
      if (sk !== undefined && !lockSock(k, thread, sk)) return;
      within(k, "xs_tcp_close", () => xs_tcp_close(k, x, host));
      if (sk !== undefined) {
        release_sock(host, sk);
        wakeLockWaiters(k, sk);
      }
      x.flags.CLOSE_WAIT = false;
      xprt_release_xprt(k, x, -1);
      goTo(thread, "worker_thread");
    },
  },
};

/** W3: a fresh socket, or one whose connection is in order. */
function isReusable(sk: Sock): boolean {
  if (sk.sk_shutdown !== 0) return false;
  if (sk.sk_state === TCP_CLOSE) return sk.state === "UNCONNECTED";
  return sk.sk_state === TCP_ESTABLISHED || sk.sk_state === TCP_SYN_SENT;
}

/** The worker is done. With `no-early-wake`, done means connected or failed: a connect under way keeps the wakes back. */
function finish(k: Kernel, thread: Thread): void {
  const x = xprtOf(k, thread);
  const sk = sockOf(k, thread);
  goTo(thread, "worker_thread");
  x.workerRuns = false;
  const held = x.heldWake;
  x.heldWake = undefined;
  if (held === undefined || sk.sk_state === TCP_SYN_SENT) return;
  xprt_wake_pending_tasks(k, x, held);
}
