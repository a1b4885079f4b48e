import type { Segment } from "./segment.js";
import type { Sock, SockHost } from "./sock.js";
/** The socket for a segment that arrived, if any: what to give {@link tcp_v4_rcv}. */
export function inet_lookup(socks: readonly Sock[], seg: Segment): Sock | undefined {
  throw new Error(`unfinished ${socks.length} ${seg.seq}`);
}
/** A segment arrived; undefined socket: TIME_WAIT records answer, else a RST does. */
export function tcp_v4_rcv(h: SockHost, sk: Sock | undefined, seg: Segment): void {
  throw new Error(`unfinished ${h.now()} ${sk?.id} ${seg.seq}`);
}
/** An ICMP error (positive errno) came for the socket's connection. */
export function icmp_error(h: SockHost, sk: Sock, err: number): void {
  throw new Error(`unfinished ${h.now()} ${sk.id} ${err}`);
}
