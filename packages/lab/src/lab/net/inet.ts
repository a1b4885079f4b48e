import type { Endpoint } from "./segment.js";
import type { Sock, SockHost } from "./sock.js";
export function inet_stream_connect(h: SockHost, sk: Sock, dst: Endpoint | "AF_UNSPEC"): number {
  throw new Error(`unfinished ${h.now()} ${sk.id} ${String(dst)}`);
}
export function inet_shutdown(h: SockHost, sk: Sock, how: number): number {
  throw new Error(`unfinished ${h.now()} ${sk.id} ${how}`);
}
export function inet_release(h: SockHost, sk: Sock): void {
  throw new Error(`unfinished ${h.now()} ${sk.id}`);
}
