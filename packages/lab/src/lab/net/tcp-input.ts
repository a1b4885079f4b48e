/** TCP as segments drive it. RFC 9293 section 3.10.7, in the order of Linux 3.6. */
import { ECONNREFUSED, ECONNRESET, EPIPE } from "./errno.js";
import type { Segment } from "./segment.js";
import { after, before, endSeq, seqAdd } from "./seq.js";
import {
  RCV_SHUTDOWN,
  SEND_SHUTDOWN,
  type Sock,
  type SockHost,
  TCP_CLOSE,
  TCP_CLOSE_WAIT,
  TCP_CLOSING,
  TCP_ESTABLISHED,
  TCP_FIN_WAIT1,
  TCP_FIN_WAIT2,
  TCP_LAST_ACK,
  TCP_SYN_RECV,
  TCP_SYN_SENT,
  TCP_TIME_WAIT,
} from "./sock.js";
import { tcp_done, tcp_fail } from "./tcp-done.js";
import {
  armRto,
  queueAndSend,
  TCP_RTO_MIN_US,
  tcp_retransmit,
  tcp_send_ack,
  tcp_v4_send_reset,
  wmemQueued,
} from "./tcp-output.js";
import { sameEndpoint, tcp_time_wait, timewait_rcv } from "./timewait.js";

/** The receiver never closes its window. */
const RCV_WND = 65_535;

/** What a RST does where it is not the rule, ECONNRESET. */
const RESET_ERROR: Readonly<Record<number, number>> = {
  [TCP_SYN_SENT]: ECONNREFUSED,
  [TCP_CLOSE_WAIT]: EPIPE,
};

/** The socket a segment is for: the one with that connection. `__inet_lookup_established` */
export function inet_lookup(socks: readonly Sock[], seg: Segment): Sock | undefined {
  return socks.find(
    (sk) => sk.sk_state !== TCP_CLOSE && sameEndpoint(sk.laddr, seg.dst) && sameEndpoint(sk.raddr, seg.src),
  );
}

/**
 * A segment arrived for a socket, or for none: then a TIME_WAIT record answers, else a RST does. While a user has the
 * socket lock it waits in the backlog. `tcp_v4_rcv`
 */
export function tcp_v4_rcv(h: SockHost, sk: Sock | undefined, seg: Segment): void {
  if (sk === undefined) {
    if (!timewait_rcv(h, seg)) tcp_v4_send_reset(h, seg, "no socket");
  } else if (sk.owned) sk.backlog.push(seg);
  else tcp_v4_do_rcv(h, sk, seg);
}

/** Handles a segment now. `tcp_v4_do_rcv` */
export function tcp_v4_do_rcv(h: SockHost, sk: Sock, seg: Segment): void {
  if (sk.sk_state === TCP_CLOSE) return;
  const wanted = sk.sk_state === TCP_SYN_SENT ? rcvSynSent(h, sk, seg) : rcvSynchronized(h, sk, seg);
  if (!wanted) tcp_v4_send_reset(h, seg, "unacceptable");
}

/** Gives the socket lock back, once what arrived meanwhile has been seen to: in the context of who calls. */
export function release_sock(h: SockHost, sk: Sock): void {
  for (let seg = sk.backlog.shift(); seg !== undefined; seg = sk.backlog.shift()) tcp_v4_do_rcv(h, sk, seg);
  sk.owned = false;
}

/** `tcp_rcv_synsent_state_process`; false: answer with a RST. */
function rcvSynSent(h: SockHost, sk: Sock, seg: Segment): boolean {
  if (seg.ack && seg.ackSeq !== sk.snd_nxt) return false;
  if (seg.rst) {
    if (seg.ack) tcp_reset(h, sk);
    return true;
  }
  if (!seg.syn) return true;
  sk.rcv_nxt = seqAdd(seg.seq, 1);
  if (seg.ack) {
    tcp_ack(h, sk, seg);
    sk.sk_state = TCP_ESTABLISHED;
    if (!sk.dead) h.sk_state_change(sk);
    if (sk.sk_state === TCP_ESTABLISHED) tcp_send_ack(h, sk, "handshake");
  } else {
    // Both sides began at once: the same SYN goes out again, now with an ACK.
    const syn = sk.writeQueue[0];
    sk.sk_state = TCP_SYN_RECV;
    if (syn !== undefined) {
      sk.writeQueue[0] = { ...syn, ack: true };
      tcp_retransmit(h, sk, { ...syn, ack: true }, "simultaneous open");
    }
  }
  return true;
}

/** `tcp_rcv_state_process` of every state that has seen a SYN; false: answer with a RST. */
function rcvSynchronized(h: SockHost, sk: Sock, seg: Segment): boolean {
  if (!tcp_validate_incoming(h, sk, seg)) return true;
  if (!seg.ack) return true;
  const acceptable = tcp_ack(h, sk, seg);
  if (!rcvAck(h, sk, seg, acceptable)) return false;
  if (sk.sk_state === TCP_CLOSE) return true;
  if (!rcvText(h, sk, seg)) return false;
  if (sk.sk_state !== TCP_CLOSE && sk.ackPending) tcp_send_ack(h, sk, "received");
  return true;
}

/** Sequence number, RST and SYN (RFC 9293 3.10.7.4 first to fourth, RFC 5961). False: dealt with. */
function tcp_validate_incoming(h: SockHost, sk: Sock, seg: Segment): boolean {
  const inWindow = !before(endSeq(seg), sk.rcv_nxt) && !after(seg.seq, seqAdd(sk.rcv_nxt, RCV_WND));
  if (seg.rst) {
    if (inWindow && seg.seq === sk.rcv_nxt) tcp_reset(h, sk);
    else if (inWindow) tcp_send_ack(h, sk, "challenge");
    return false;
  }
  // A SYN again, of a handshake whose last ACK went missing, or of a peer that forgot us.
  if (seg.syn) {
    const [synAck] = sk.writeQueue;
    if (sk.sk_state === TCP_SYN_RECV && !seg.ack && synAck !== undefined)
      tcp_retransmit(h, sk, synAck, "SYN again");
    else tcp_send_ack(h, sk, "challenge");
    return false;
  }
  if (!inWindow) tcp_send_ack(h, sk, "out of window");
  return inWindow;
}

/** Takes what was acknowledged off the write queue. False: an ACK of something never sent, or an old one. `tcp_ack` */
function tcp_ack(h: SockHost, sk: Sock, seg: Segment): boolean {
  if (before(seg.ackSeq, sk.snd_una) || after(seg.ackSeq, sk.snd_nxt)) return false;
  if (seg.ackSeq === sk.snd_una) return true;
  sk.snd_una = seg.ackSeq;
  sk.writeQueue = sk.writeQueue.filter((sent) => after(endSeq(sent), seg.ackSeq));
  const lost = sk.retransmits > 0;
  sk.retransmits = 0;
  sk.sk_err_soft = 0;
  sk.rtoUs = TCP_RTO_MIN_US;
  sk.rtoAtUs = undefined;
  if (sk.writeQueue.length > 0) {
    armRto(h, sk);
    if (lost) for (const left of sk.writeQueue) tcp_retransmit(h, sk, left, "after a loss");
  }
  if (sk.noSpace && !sk.dead && wmemQueued(sk) * 3 <= sk.sndbuf * 2) {
    sk.noSpace = false;
    h.sk_write_space(sk);
  }
  return true;
}

/** What the ACK means to the state. */
function rcvAck(h: SockHost, sk: Sock, seg: Segment, acceptable: boolean): boolean {
  const all = sk.snd_una === sk.snd_nxt;
  switch (sk.sk_state) {
    case TCP_SYN_RECV:
      if (!acceptable || before(seg.ackSeq, sk.snd_nxt)) return false;
      sk.sk_state = TCP_ESTABLISHED;
      if (!sk.dead) h.sk_state_change(sk);
      return true;
    case TCP_FIN_WAIT1:
      if (!all) return true;
      sk.sk_state = TCP_FIN_WAIT2;
      sk.sk_shutdown |= SEND_SHUTDOWN;
      if (!sk.dead) h.sk_state_change(sk);
      else if (seg.payload !== undefined) {
        tcp_done(h, sk);
        return false;
      } else if (!seg.fin) tcp_time_wait(h, sk, TCP_FIN_WAIT2);
      return true;
    case TCP_CLOSING:
      if (all) tcp_time_wait(h, sk, TCP_TIME_WAIT);
      return true;
    case TCP_LAST_ACK:
      if (all) tcp_done(h, sk);
      return true;
    default:
      return true;
  }
}

/** Data and FIN. */
function rcvText(h: SockHost, sk: Sock, seg: Segment): boolean {
  switch (sk.sk_state) {
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
      // The peer has ended its stream: only what it sends again is to be acknowledged.
      if (before(seg.seq, sk.rcv_nxt)) sk.ackPending = true;
      return true;
    case TCP_FIN_WAIT1:
    case TCP_FIN_WAIT2:
      if (
        (sk.sk_shutdown & RCV_SHUTDOWN) !== 0 &&
        seg.payload !== undefined &&
        after(endSeq(seg), sk.rcv_nxt)
      ) {
        tcp_reset(h, sk);
        return false;
      }
      tcp_data_queue(h, sk, seg);
      return true;
    default:
      tcp_data_queue(h, sk, seg);
      return true;
  }
}

/** What does not continue the stream is not kept: the sender will send it again. `tcp_data_queue` */
function tcp_data_queue(h: SockHost, sk: Sock, seg: Segment): void {
  if (endSeq(seg) === seg.seq) return;
  sk.ackPending = true;
  if (seg.seq !== sk.rcv_nxt) return;
  sk.rcv_nxt = endSeq(seg);
  if (seg.payload !== undefined) sk.receiveQueue.push(seg.payload);
  if (seg.fin) tcp_fin(h, sk);
  if (!sk.dead) h.sk_data_ready(sk);
}

/** The peer ended its stream. `tcp_fin` */
export function tcp_fin(h: SockHost, sk: Sock): void {
  sk.sk_shutdown |= RCV_SHUTDOWN;
  sk.done = true;
  switch (sk.sk_state) {
    case TCP_SYN_RECV:
    case TCP_ESTABLISHED:
      sk.sk_state = TCP_CLOSE_WAIT;
      break;
    case TCP_FIN_WAIT1:
      tcp_send_ack(h, sk, "FIN on both sides");
      sk.sk_state = TCP_CLOSING;
      break;
    case TCP_FIN_WAIT2:
      tcp_send_ack(h, sk, "last FIN");
      tcp_time_wait(h, sk, TCP_TIME_WAIT);
      break;
    default:
      return;
  }
  if (!sk.dead) h.sk_state_change(sk);
}

/** The peer sent a RST. `tcp_reset` */
export function tcp_reset(h: SockHost, sk: Sock): void {
  if (sk.sk_state === TCP_CLOSE) return;
  tcp_fail(h, sk, RESET_ERROR[sk.sk_state] ?? ECONNRESET);
}

/**
 * ICMP said that the peer cannot be reached (positive errno). Fatal only to a handshake nobody is at: true then, false
 * when the socket only keeps it in mind. `tcp_v4_err`
 */
export function icmp_error(h: SockHost, sk: Sock, err: number): boolean {
  if (sk.sk_state === TCP_CLOSE) return false;
  const opening = sk.sk_state === TCP_SYN_SENT || sk.sk_state === TCP_SYN_RECV;
  if (opening && !sk.owned) tcp_fail(h, sk, err);
  else sk.sk_err_soft = err;
  return sk.sk_err === err;
}

/** Answers a SYN: the socket of a connection half open. `tcp_v4_conn_request` */
export function tcp_conn_request(h: SockHost, sk: Sock, syn: Segment): void {
  sk.state = "CONNECTED";
  sk.sk_state = TCP_SYN_RECV;
  sk.raddr = syn.src;
  sk.rcv_nxt = seqAdd(syn.seq, 1);
  sk.snd_nxt = h.isn();
  sk.snd_una = sk.snd_nxt;
  sk.rtoUs = h.synTimeoutUs;
  queueAndSend(h, sk, { syn: true }, "accept");
}
