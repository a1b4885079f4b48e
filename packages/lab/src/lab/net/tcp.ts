import type { Payload } from "./segment.js";
import type { Sock, SockHost } from "./sock.js";
export function tcp_disconnect(h: SockHost, sk: Sock): number {
  throw new Error(`unfinished ${h.now()} ${sk.id}`);
}
/** Bytes taken (all of the payload), or a negative errno. */
export function tcp_sendmsg(h: SockHost, sk: Sock, payload: Payload): number {
  throw new Error(`unfinished ${h.now()} ${sk.id} ${payload.xid}`);
}
/** The oldest unread payload; 0 at the end of the stream; or a negative errno (-EAGAIN: nothing yet). */
export function tcp_recvmsg(h: SockHost, sk: Sock): Payload | number {
  throw new Error(`unfinished ${h.now()} ${sk.id}`);
}
export function release_sock(h: SockHost, sk: Sock): void {
  throw new Error(`unfinished ${h.now()} ${sk.id}`);
}
