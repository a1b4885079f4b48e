/** TCP as a user calls it: send, receive, end, abort. All want the socket lock held. */
import { EAGAIN, ECONNRESET, ENOTCONN, EPIPE } from "./errno.js";
import type { Payload } from "./segment.js";
import { seqAdd } from "./seq.js";
import {
  RCV_SHUTDOWN,
  SEND_SHUTDOWN,
  SHUT_RD,
  SHUTDOWN_MASK,
  type Sock,
  type SockHost,
  sock_error,
  TCP_CLOSE,
  TCP_CLOSE_WAIT,
  TCP_CLOSING,
  TCP_ESTABLISHED,
  TCP_FIN_WAIT1,
  TCP_FIN_WAIT2,
  TCP_LAST_ACK,
  TCP_SYN_RECV,
  TCP_SYN_SENT,
} from "./sock.js";
import { tcp_done } from "./tcp-done.js";
import { queueAndSend, tcp_send_active_reset, tcp_send_fin, wmemQueued } from "./tcp-output.js";
import { tcp_time_wait } from "./timewait.js";

/** How far the next connection's sequence numbers are from the last one's: the largest window seen, and two. */
const SEQ_STEP = 65_535 + 2;

const NEEDS_RESET = [TCP_ESTABLISHED, TCP_CLOSE_WAIT, TCP_FIN_WAIT1, TCP_FIN_WAIT2, TCP_SYN_RECV];

/** Where a FIN is sent, and what becomes of the connection then. `new_state` */
const AFTER_FIN: Readonly<Record<number, number>> = {
  [TCP_ESTABLISHED]: TCP_FIN_WAIT1,
  [TCP_SYN_RECV]: TCP_FIN_WAIT1,
  [TCP_CLOSE_WAIT]: TCP_LAST_ACK,
};

/** Stops the timer and forgets what was to be sent and read. */
function purge(sk: Sock): void {
  sk.rtoAtUs = undefined;
  sk.retransmits = 0;
  sk.writeQueue = [];
  sk.receiveQueue = [];
  sk.noSpace = false;
  sk.ackPending = false;
}

/** Aborts the connection, if any: the socket can connect again. Reports an error even where there is none. Returns 0. */
export function tcp_disconnect(h: SockHost, sk: Sock): number {
  const old = sk.sk_state;
  const unsent = sk.snd_una !== sk.snd_nxt && (old === TCP_CLOSING || old === TCP_LAST_ACK);
  if (NEEDS_RESET.includes(old) || unsent) {
    tcp_send_active_reset(h, sk, "tcp_disconnect");
    sk.sk_err = ECONNRESET;
  } else if (old === TCP_SYN_SENT) sk.sk_err = ECONNRESET;
  sk.sk_state = TCP_CLOSE;
  purge(sk);
  sk.sk_shutdown = 0;
  sk.done = false;
  // 0 says that there was no connection yet.
  if (sk.snd_nxt !== 0) sk.snd_nxt = seqAdd(sk.snd_nxt, SEQ_STEP) || 1;
  if (!sk.dead) h.sk_error_report(sk);
  return 0;
}

/**
 * Non-blocking send of one payload, whole or not at all. Returns the bytes taken; -EAGAIN while connecting or without
 * room; the socket's error, which it takes; else -EPIPE where nothing can be sent. `tcp_sendmsg`
 */
export function tcp_sendmsg(h: SockHost, sk: Sock, payload: Payload): number {
  if (sk.sk_state !== TCP_ESTABLISHED && sk.sk_state !== TCP_CLOSE_WAIT) {
    const err = sock_error(sk);
    if (err !== 0) return err;
    return sk.sk_state === TCP_SYN_SENT || sk.sk_state === TCP_SYN_RECV ? -EAGAIN : -EPIPE;
  }
  if (sk.sk_err !== 0) return sock_error(sk);
  if ((sk.sk_shutdown & SEND_SHUTDOWN) !== 0) return -EPIPE;
  if (wmemQueued(sk) >= sk.sndbuf) {
    sk.noSpace = true;
    return -EAGAIN;
  }
  queueAndSend(h, sk, { payload }, payload.kind);
  return payload.bytes;
}

/**
 * Non-blocking receive: the oldest unread payload; 0 at the end of the stream; the socket's error, which it takes;
 * -EAGAIN when there is nothing yet. `tcp_recvmsg`
 */
export function tcp_recvmsg(_h: SockHost, sk: Sock): Payload | number {
  const next = sk.receiveQueue.shift();
  if (next !== undefined) return next;
  if (sk.done) return 0;
  const err = sock_error(sk);
  if (err !== 0) return err;
  if ((sk.sk_shutdown & RCV_SHUTDOWN) !== 0) return 0;
  return sk.sk_state === TCP_CLOSE ? -ENOTCONN : -EAGAIN;
}

/** Sends a FIN where the sending side is open. `tcp_shutdown`; `how` as in shutdown(2). */
export function tcp_shutdown(h: SockHost, sk: Sock, how: number): void {
  if (how === SHUT_RD) return;
  const next = AFTER_FIN[sk.sk_state];
  if (next === undefined) return;
  sk.sk_state = next;
  tcp_send_fin(h, sk, "shutdown");
}

/** The user lets go: FIN, or RST when something was left unread; the kernel sees to the rest. `tcp_close` */
export function tcp_close(h: SockHost, sk: Sock): void {
  sk.sk_shutdown = SHUTDOWN_MASK;
  const unread = sk.receiveQueue.length > 0;
  sk.receiveQueue = [];
  sk.dead = true;
  if (sk.sk_state === TCP_CLOSE) return;
  const next = AFTER_FIN[sk.sk_state];
  if (unread && next !== undefined) {
    tcp_send_active_reset(h, sk, "closed with something unread");
    tcp_done(h, sk);
  } else if (next !== undefined) {
    sk.sk_state = next;
    tcp_send_fin(h, sk, "close");
  } else if (sk.sk_state === TCP_SYN_SENT) tcp_done(h, sk);
  else if (sk.sk_state === TCP_FIN_WAIT2) tcp_time_wait(h, sk, TCP_FIN_WAIT2);
}
