/** What the transport does where it stands when something happens to its socket (net/sunrpc/xprtsock.c, xprt.c), as statements. */

/** Between its first step and its last, the worker counts as under way. */
const WORKER_RUNS = "(w != w_idle && w != w_autoclose)";

/** xprt_wake_pending_tasks: everybody on `pending`, whatever he waits for. With `NO_EARLY_WAKE` not while a worker is under way. */
export function wakePending(status: string): string {
  return `if (NO_EARLY_WAKE == 1 && ${WORKER_RUNS}) { held_wake = 1; } else { ${wakePendingNow(status)} }`;
}

/** The same, from the worker's own last step. */
export function wakePendingNow(status: string): string {
  return `if (queue == for_connect || queue == for_reply) { tk_status = ${status}; queue = awake; }`;
}

/**
 * xs_error_report: wakes everybody, whatever the error, also when there is none. With `CONNECTION_REUSE` it keeps still
 * while the worker aborts the old connection.
 */
export const ERROR_REPORT = `if (ERROR_CALLBACK == 1 && (CONNECTION_REUSE == 0 || w != w_disconnect)) { ${wakePending("EAGAIN")} }`;

/** xprt_disconnect_done. */
const DISCONNECT_DONE = `connected = 0; ${wakePending("EAGAIN")}`;

/** xs_sock_reset_connection_flags, of two flags fewer before 4bc1e68ed6a8. */
export const RESET_FLAGS =
  "if (ABORT_WAKES == 0) { abort = 0; must_close = 0; } close_wait = 0; closing = 0;";

/** xs_sock_mark_closed. */
export const MARK_CLOSED = `${RESET_FLAGS} ${DISCONNECT_DONE}`;

/** xs_tcp_cancel_linger_timeout: only while the work lies in its timer. */
const CANCEL_LINGER = "if (abort == 1 && work == lingering) { abort = 0; connecting = 0; work = no_work; }";

/** xs_tcp_schedule_linger_timeout. */
const SCHEDULE_LINGER =
  "if (connecting == 0) { connecting = 1; abort = 1; if (work == no_work) { work = lingering; } }";

/** xprt_force_disconnect: close as soon as the lock can be had. */
export const FORCE_DISCONNECT = `close_wait = 1; if (locked == unlocked) { locked = by_close; autoclose = 1; } ${wakePending("EAGAIN")}`;

/** xs_tcp_state_change, by the state that TCP is in now. */
export const STATE_CHANGE = {
  ESTABLISHED: `if (connected == 0) { connected = 1; ${wakePending("EAGAIN")} }`,
  FIN_WAIT1: `reestablish = 0; closing = 1; connected = 0; close_wait = 0; ${SCHEDULE_LINGER}`,
  CLOSE_WAIT: `if (CONNECTED_IN_CLOSE_WAIT == 0) { connected = 0; }
    if (CLOSE_ON_CLOSE_WAIT == 1) { must_close = 1; }
    ${FORCE_DISCONNECT} reestablish = 1;`,
  LAST_ACK: `closing = 1; ${SCHEDULE_LINGER} connected = 0;`,
  CLOSE: `${CANCEL_LINGER} ${MARK_CLOSED}`,
};

/** tcp_done after an error: the error is told first, the end after it. */
export function fail(errno: string): string {
  return `sk_err = ${errno}; ${ERROR_REPORT} ${DONE}`;
}

/** tcp_done. */
export const DONE = `tcp = CLOSE; rcv_shutdown = 1; snd_shutdown = 1; peer = nobody; call_sent = 0; ${STATE_CHANGE.CLOSE}`;

/** tcp_disconnect: tells of an error even where there is none, and keeps no shutdown bit. */
export const TCP_DISCONNECT = `if (tcp == ESTABLISHED || tcp == CLOSE_WAIT || tcp == FIN_WAIT1 || tcp == SYN_SENT) { sk_err = ECONNRESET; }
  tcp = CLOSE; rcv_shutdown = 0; snd_shutdown = 0; peer = nobody; call_sent = 0; ${ERROR_REPORT}`;

/** inet_shutdown(SHUT_WR): on a closed socket it leaves the bit that later connects keep. */
export const INET_SHUTDOWN = `if (ss == SS_CONNECTING) {
    if (tcp == SYN_SENT || tcp == CLOSE) { ss = SS_DISCONNECTING; } else { ss = SS_CONNECTED; }
  }
  if (tcp == SYN_SENT) { ${TCP_DISCONNECT} ss = SS_UNCONNECTED; ${STATE_CHANGE.CLOSE} }
  else {
    snd_shutdown = 1;
    if (tcp == ESTABLISHED) { tcp = FIN_WAIT1; } else if (tcp == CLOSE_WAIT) { tcp = LAST_ACK; }
    if (tcp == CLOSE) { ${STATE_CHANGE.CLOSE} }
    else if (tcp == FIN_WAIT1) { ${STATE_CHANGE.FIN_WAIT1} }
    else if (tcp == LAST_ACK) { ${STATE_CHANGE.LAST_ACK} }
  }`;

/** xs_tcp_close: a real close where that was asked for, a graceful shutdown otherwise. A linger timer under way goes on. */
export const XS_TCP_CLOSE = `if (must_close == 0) { if (sock == 1) { ${INET_SHUTDOWN} } }
  else {
    must_close = 0; sock = 0; reestablish = 0; abort = 0;
    ss = SS_UNCONNECTED; tcp = CLOSE; sk_err = OK; rcv_shutdown = 0; snd_shutdown = 0; peer = nobody; call_sent = 0;
    ${MARK_CLOSED}
  }`;

/** xprt_release_xprt by the task: a close that is due gets the lock. */
export const RELEASE = `if (locked == by_task) {
    if (close_wait == 1) { locked = by_close; autoclose = 1; } else { locked = unlocked; }
  }`;
