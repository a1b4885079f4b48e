/** rpciod: the connect worker (xs_tcp_setup_socket) and the autoclose work, on one thread. */
import {
  ERROR_REPORT,
  FORCE_DISCONNECT,
  MARK_CLOSED,
  RESET_FLAGS,
  TCP_DISCONNECT,
  wakePendingNow,
  XS_TCP_CLOSE,
} from "./callbacks.js";
import { ACTOR_WORKER, type Step } from "./step.js";

function step(name: string, pc: string, does: string, sleeps = false): Step {
  return { actor: ACTOR_WORKER, name, when: `w == ${pc}`, does, sleeps };
}

/** The SYN that just went out is answered already. */
const BACKLOG = "(result == R_STARTED && ss == SS_CONNECTING && tcp != SYN_SENT)";

export const WORKER_STEPS: readonly Step[] = [
  {
    actor: ACTOR_WORKER,
    name: "worker_thread",
    when: "w == w_idle && work == queued",
    does: "work = no_work; w = w_setup;",
    sleeps: false,
  },
  {
    actor: ACTOR_WORKER,
    name: "worker_thread.autoclose",
    when: "w == w_idle && autoclose == 1",
    does: "autoclose = 0; w = w_autoclose;",
    sleeps: false,
  },

  // W0 to W3: which socket, and may it be used as it is?
  step(
    "xs_tcp_setup_socket",
    "w_setup",
    `if (sock == 0) {
       sock = 1; abort = 0; abort_only = 0; w = w_reused;
       ss = SS_UNCONNECTED; tcp = CLOSE; sk_err = OK; rcv_shutdown = 0; snd_shutdown = 0;
     } else {
       abort_only = abort; abort = 0;
       if (rcv_shutdown == 0 && snd_shutdown == 0 && (tcp == ESTABLISHED || tcp == SYN_SENT || (tcp == CLOSE && ss == SS_UNCONNECTED))) { w = w_reused; }
       else { w = w_disconnect; }
     }`,
  ),

  // W4, W5: connect(AF_UNSPEC). The error callback inside is what wakes the task early.
  step(
    "tcp_disconnect",
    "w_disconnect",
    `if (sock == 1) { ${TCP_DISCONNECT} ss = SS_UNCONNECTED; } w = w_aborted;`,
    true,
  ),

  // W6: the second early wake.
  step(
    "xs_abort_connection",
    "w_aborted",
    `if (ABORT_WAKES == 1) { ${MARK_CLOSED} } else { ${RESET_FLAGS} }
     w = w_reused;`,
  ),

  // W7
  step(
    "xs_tcp_reuse_connection",
    "w_reused",
    "if (abort_only == 1) { result = R_AGAIN; w = w_out; } else { w = w_connect; } abort_only = 0;",
  ),

  // W9: the first voluntary preemption point since the wake lies at the head of lock_sock, before the lock is taken.
  step(
    "tcp_v4_connect",
    "w_connect",
    `w = w_connecting;
     if (sock == 0) { result = R_UNHANDLED; }
     else if (ss == SS_CONNECTED) { result = R_UNHANDLED; }
     else if (ss == SS_DISCONNECTING) { result = R_EINVAL; }
     else if (ss == SS_UNCONNECTED) {
       if (tcp == CLOSE) { tcp = SYN_SENT; sk_err = OK; ss = SS_CONNECTING; peer = hears_syn; result = R_STARTED; }
       else { result = R_UNHANDLED; }
     }
     else if (tcp == SYN_SENT) { result = R_QUIET; }
     else if (tcp == CLOSE) {
       if (sk_err == ECONNRESET || sk_err == ECONNREFUSED) { result = R_QUIET; } else { result = R_UNHANDLED; }
       sk_err = OK; rcv_shutdown = 0; snd_shutdown = 0; ss = SS_UNCONNECTED; ${ERROR_REPORT}
     }
     else { ss = SS_CONNECTED; result = R_STARTED; }`,
    true,
  ),

  // The socket's lock is let go. Segments that came meanwhile are handled first, and after them lies a preemption point
  // (__release_sock, cond_resched_softirq): whoever comes in there gets as far as the lock.
  {
    actor: ACTOR_WORKER,
    name: "release_sock",
    when: `w == w_connecting && !${BACKLOG}`,
    does: "w = w_finish;",
    sleeps: false,
  },
  {
    actor: ACTOR_WORKER,
    name: "release_sock.backlog",
    when: `w == w_connecting && ${BACKLOG}`,
    does: "w = w_finish;",
    sleeps: true,
  },

  // W10: most results wake nobody.
  step(
    "xs_tcp_finish_connecting",
    "w_finish",
    `if (result == R_STARTED) { reestablish = 1; }
     if (result == R_STARTED || result == R_QUIET) { w = w_out_silent; }
     else if (result == R_EINVAL) { w = w_out; }
     else { result = R_AGAIN; must_close = 1; ${FORCE_DISCONNECT} w = w_out; }`,
  ),

  // With no-early-wake, done means connected or failed: a connect under way keeps the wakes back.
  step(
    "xs_tcp_setup_socket.silent",
    "w_out_silent",
    `connecting = 0; w = w_idle; result = R_STARTED;
     if (held_wake == 1 && tcp != SYN_SENT) { ${wakePendingNow("EAGAIN")} }
     held_wake = 0;`,
  ),

  // W12: `connecting` is clear before everybody is woken; another work may be queued in between.
  step("xprt_clear_connecting", "w_out", "connecting = 0; w = w_out_wake;"),
  step(
    "xprt_wake_pending_tasks",
    "w_out_wake",
    `if (result == R_EINVAL) { ${wakePendingNow("EINVAL")} } else { ${wakePendingNow("EAGAIN")} }
     w = w_idle; result = R_STARTED; held_wake = 0;`,
  ),

  // The write lock goes on to whoever sleeps for it.
  step(
    "xprt_autoclose",
    "w_autoclose",
    `${XS_TCP_CLOSE} close_wait = 0; locked = unlocked; w = w_idle;
     if (queue == sending) { locked = by_task; queue = awake; }`,
    true,
  ),
];
