import type { Sock, SockHost } from "./sock.js";
/** To be called when `sk.rtoAtUs` has come. */
export function tcp_write_timer(h: SockHost, sk: Sock): void {
  throw new Error(`unfinished ${h.now()} ${sk.id}`);
}
