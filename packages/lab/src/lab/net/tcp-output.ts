/** What a socket sends, and the retransmission timer's arming. */
import type { Us } from "../trace.js";
import type { Payload, Segment } from "./segment.js";
import { endSeq } from "./seq.js";
import { type Sock, type SockHost, TCP_SYN_SENT } from "./sock.js";

/** Of a SYN, by RFC 6298 (before it: 3 s), and once round-trip times are known to be a LAN's. */
export const TCP_TIMEOUT_INIT_US: Us = 1_000_000;
export const TCP_RTO_MIN_US: Us = 200_000;
export const TCP_RTO_MAX_US: Us = 120_000_000;

interface Content {
  readonly syn?: boolean;
  readonly fin?: boolean;
  readonly rst?: boolean;
  readonly payload?: Payload;
}

function segmentOf(sk: Sock, content: Content): Segment {
  if (sk.raddr === undefined) throw new Error("a segment of a socket without a peer");
  const ack = sk.sk_state !== TCP_SYN_SENT;
  return {
    src: sk.laddr,
    dst: sk.raddr,
    syn: content.syn ?? false,
    ack,
    fin: content.fin ?? false,
    rst: content.rst ?? false,
    seq: sk.snd_nxt,
    ackSeq: ack ? sk.rcv_nxt : 0,
    payload: content.payload,
  };
}

function transmit(h: SockHost, sk: Sock, seg: Segment, cause: string): void {
  if (seg.ack) sk.ackPending = false;
  h.transmit(sk, seg, cause);
}

/** Arms the retransmission timer from now. `inet_csk_reset_xmit_timer` */
export function armRto(h: SockHost, sk: Sock): void {
  sk.rtoAtUs = h.now() + sk.rtoUs;
}

/** Sends what takes up sequence numbers, and keeps it until it is acknowledged. `tcp_write_xmit` */
export function queueAndSend(h: SockHost, sk: Sock, content: Content, cause: string): void {
  const seg = segmentOf(sk, content);
  sk.writeQueue.push(seg);
  sk.snd_nxt = endSeq(seg);
  if (sk.rtoAtUs === undefined) armRto(h, sk);
  transmit(h, sk, seg, cause);
}

/** Sends a kept segment again, with what is known now. `tcp_retransmit_skb` */
export function tcp_retransmit(h: SockHost, sk: Sock, seg: Segment, cause: string): void {
  transmit(h, sk, { ...seg, ackSeq: seg.ack ? sk.rcv_nxt : 0 }, cause);
}

/** `tcp_send_ack` */
export function tcp_send_ack(h: SockHost, sk: Sock, cause: string): void {
  transmit(h, sk, segmentOf(sk, {}), cause);
}

/** `tcp_send_fin` */
export function tcp_send_fin(h: SockHost, sk: Sock, cause: string): void {
  queueAndSend(h, sk, { fin: true }, cause);
}

/** A RST for a connection given up. `tcp_send_active_reset` */
export function tcp_send_active_reset(h: SockHost, sk: Sock, cause: string): void {
  transmit(h, sk, segmentOf(sk, { rst: true }), cause);
}

/** Answers a segment nobody wanted; never a RST. RFC 9293 section 3.10.7.1, `tcp_v4_send_reset`. */
export function tcp_v4_send_reset(h: SockHost, seg: Segment, cause: string): void {
  if (seg.rst) return;
  h.transmit(
    undefined,
    {
      src: seg.dst,
      dst: seg.src,
      syn: false,
      ack: !seg.ack,
      fin: false,
      rst: true,
      seq: seg.ack ? seg.ackSeq : 0,
      ackSeq: seg.ack ? 0 : endSeq(seg),
      payload: undefined,
    },
    cause,
  );
}

/** Bytes that wait for an acknowledgment. `sk_wmem_queued` */
export function wmemQueued(sk: Sock): number {
  return sk.writeQueue.reduce((sum, seg) => sum + (seg.payload?.bytes ?? 0), 0);
}
