/** The TCP transport (net/sunrpc/xprtsock.c): what its socket calls back, how it sends, how it closes. */
import {
  EAGAIN,
  ECONNREFUSED,
  ECONNRESET,
  ENOTCONN,
  EPIPE,
  inet_release,
  inet_shutdown,
  SHUT_WR,
  type Sock,
  type SockHost,
  TCP_CLOSE,
  TCP_CLOSE_WAIT,
  TCP_CLOSING,
  TCP_ESTABLISHED,
  TCP_FIN_WAIT1,
  TCP_LAST_ACK,
  tcp_recvmsg,
} from "../net/mod.js";
import type { Kernel, Task, Xprt } from "./kernel.js";
import { dprintk, taskPrintk, within, xprtAddr } from "./log.js";
import { rpc_sleep_on, rpc_wake_up_task } from "./queue.js";
import { cancelWork, queueWork } from "./work.js";
import { hex, xprt_disconnect_done, xprt_force_disconnect, xprt_wake_pending_tasks } from "./xprt.js";

const INIT_REEST_US = 3_000_000;
const LINGER_US = 15_000_000;

/** xs_error_report: wakes everybody, whatever the error, also when there is none. */
export function xs_error_report(k: Kernel, x: Xprt, sk: Sock): void {
  if (!k.rules.errorCallback) return;
  within(k, "xs_error_report", () => {
    dprintk(k, `xs_error_report client ${xprtAddr(x)}...`);
    dprintk(k, `error ${sk.sk_err}`);
    xprt_wake_pending_tasks(k, x, -EAGAIN);
  });
}

/** xs_tcp_state_change. */
export function xs_tcp_state_change(k: Kernel, x: Xprt, sk: Sock): void {
  within(k, "xs_tcp_state_change", () => {
    const { flags } = x;
    dprintk(k, `xs_tcp_state_change client ${xprtAddr(x)}...`);
    const conn = flags.CONNECTED ? 1 : 0;
    dprintk(
      k,
      `state ${sk.sk_state.toString(16)} conn ${conn} dead 0 zapped 1 sk_shutdown ${sk.sk_shutdown}`,
    );
    switch (sk.sk_state) {
      case TCP_ESTABLISHED:
        if (flags.CONNECTED) return;
        flags.CONNECTED = true;
        xprt_wake_pending_tasks(k, x, -EAGAIN);
        return;
      case TCP_FIN_WAIT1:
        x.connect_cookie++;
        x.reestablishUs = 0;
        flags.CLOSING = true;
        flags.CONNECTED = false;
        flags.CLOSE_WAIT = false;
        scheduleLinger(k, x);
        return;
      case TCP_CLOSE_WAIT:
        onServerFin(k, x);
        x.reestablishUs = Math.max(x.reestablishUs, INIT_REEST_US);
        return;
      case TCP_CLOSING:
        x.reestablishUs = Math.max(x.reestablishUs, INIT_REEST_US);
        return;
      case TCP_LAST_ACK:
        flags.CLOSING = true;
        scheduleLinger(k, x);
        flags.CONNECTED = false;
        return;
      case TCP_CLOSE:
        cancelLinger(k, x);
        xs_sock_mark_closed(k, x);
    }
  });
}

/** The server closed: everybody is to let go of the lock so that we can close, too. */
function onServerFin(k: Kernel, x: Xprt): void {
  if (!k.rules.connectedInCloseWait) x.flags.CONNECTED = false;
  if (k.rules.closeOnCloseWait) x.flags.CONNECTION_CLOSE = true;
  x.connect_cookie++;
  xprt_force_disconnect(k, x);
}

/** xs_tcp_schedule_linger_timeout: should the server not finish the close, the worker aborts. */
function scheduleLinger(k: Kernel, x: Xprt): void {
  if (x.flags.CONNECTING) return;
  x.flags.CONNECTING = true;
  x.flags.CONNECTION_ABORT = true;
  queueWork(k, "xs_tcp_setup_socket", x, LINGER_US);
}

/** xs_tcp_cancel_linger_timeout. */
function cancelLinger(k: Kernel, x: Xprt): void {
  if (!x.flags.CONNECTION_ABORT || !cancelWork(k, "xs_tcp_setup_socket", x)) return;
  x.flags.CONNECTION_ABORT = false;
  x.flags.CONNECTING = false;
}

/** xs_sock_mark_closed. */
export function xs_sock_mark_closed(k: Kernel, x: Xprt): void {
  xs_sock_reset_connection_flags(k, x);
  xprt_disconnect_done(k, x);
}

/** xs_sock_reset_connection_flags of v3.7, where it is all that an abort does. Before it, two flags fewer. */
export function xs_sock_reset_connection_flags(k: Kernel, x: Xprt): void {
  if (!k.rules.abortWakes) {
    x.flags.CONNECTION_ABORT = false;
    x.flags.CONNECTION_CLOSE = false;
  }
  x.flags.CLOSE_WAIT = false;
  x.flags.CLOSING = false;
}

/** xs_tcp_data_ready: whole replies settle their tasks. */
export function xs_tcp_data_ready(k: Kernel, x: Xprt, sk: Sock, host: SockHost): void {
  within(k, "xs_tcp_data_ready", () => {
    dprintk(k, "xs_tcp_data_ready...");
    x.reestablishUs = 0;
    for (;;) {
      const payload = tcp_recvmsg(host, sk);
      if (typeof payload === "number") return;
      const task = x.recv.map((id) => k.tasks[id]!).find((one) => one.xid === payload.xid);
      if (task === undefined) continue;
      taskPrintk(k, task, `xid ${hex(task.xid)} complete (${payload.bytes - 4} bytes received)`);
      x.recv = x.recv.filter((id) => id !== task.id);
      task.replied = true;
      rpc_wake_up_task(k, task);
    }
  });
}

/** xs_tcp_write_space: only the lock's holder may be waiting for room. */
export function xs_tcp_write_space(k: Kernel, x: Xprt): void {
  const task = k.tasks[x.snd_task];
  if (task?.queue === "xprt_pending") rpc_wake_up_task(k, task);
}

/** What xs_tcp_send_request makes of an error of the socket: the task's status, and whether the socket is shut down. */
export function sendReaction(
  k: Kernel,
  x: Xprt,
  sk: Sock,
  task: Task,
  status: number,
): { status: number; shutdown: boolean } {
  switch (status) {
    case -EAGAIN:
      return { status: xs_nospace(k, x, sk, task), shutdown: false };
    case -EPIPE:
      return { status, shutdown: k.rules.epipeShutsDown };
    case -ECONNREFUSED:
    case -ENOTCONN:
      return { status, shutdown: false };
    default:
      return { status, shutdown: status === -ECONNRESET || status < 0 };
  }
}

/** xs_nospace: asleep until there is room, if room is what was missing; a socket that is still connecting asks nobody to wait. */
function xs_nospace(k: Kernel, x: Xprt, sk: Sock, task: Task): number {
  if (!x.flags.CONNECTED) return -ENOTCONN;
  if (!sk.noSpace) return k.rules.nospaceStatus;
  rpc_sleep_on(k, x.pending, task, task.rq_timeoutUs, "xs_nospace_callback");
  return -EAGAIN;
}

/** xs_tcp_shutdown. The socket's lock is held. */
export function xs_tcp_shutdown(k: Kernel, sk: Sock, host: SockHost): void {
  within(k, "inet_shutdown", () => inet_shutdown(host, sk, SHUT_WR));
}

/** xs_tcp_close: a real close when that was asked for, a graceful shutdown otherwise. */
export function xs_tcp_close(k: Kernel, x: Xprt, host: SockHost): void {
  const sk = k.socks[x.sock];
  if (!x.flags.CONNECTION_CLOSE) {
    if (sk !== undefined) xs_tcp_shutdown(k, sk, host);
    return;
  }
  x.flags.CONNECTION_CLOSE = false;
  dprintk(k, `xs_close xprt ${xprtAddr(x)}`);
  x.sock = -1;
  x.reestablishUs = 0;
  if (sk !== undefined) {
    sk.dead = true;
    within(k, "inet_release", () => inet_release(host, sk));
  }
  // A linger timer under way goes on: when it ends, the worker finds no abort to do, and connects.
  x.flags.CONNECTION_ABORT = false;
  xs_sock_mark_closed(k, x);
}

/** xs_connect: after the back-off if a socket is to be used again, at once if there is none. */
export function xs_connect(k: Kernel, x: Xprt): void {
  if (x.sock < 0) {
    dprintk(k, `xs_connect scheduled xprt ${xprtAddr(x)}`);
    queueWork(k, "xs_tcp_setup_socket", x, 0);
    return;
  }
  dprintk(k, `xs_connect delayed xprt ${xprtAddr(x)} for ${Math.floor(x.reestablishUs / 1_000_000)} seconds`);
  queueWork(k, "xs_tcp_setup_socket", x, x.reestablishUs);
  x.reestablishUs = Math.min(Math.max(x.reestablishUs * 2, INIT_REEST_US), 300_000_000);
}

export function reestablishAtLeast(x: Xprt): void {
  x.reestablishUs = Math.max(x.reestablishUs, INIT_REEST_US);
}
