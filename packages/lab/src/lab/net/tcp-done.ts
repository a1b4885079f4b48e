/** How connections end in the kernel's own hands. */
import { SHUTDOWN_MASK, type Sock, type SockHost, TCP_CLOSE } from "./sock.js";

/** The connection is over. `tcp_done` */
export function tcp_done(h: SockHost, sk: Sock): void {
  sk.sk_state = TCP_CLOSE;
  sk.rtoAtUs = undefined;
  sk.ackPending = false;
  sk.sk_shutdown = SHUTDOWN_MASK;
  if (!sk.dead) h.sk_state_change(sk);
}

/** The connection failed with `err` (positive): the error is told first, the end after it. */
export function tcp_fail(h: SockHost, sk: Sock, err: number): void {
  sk.sk_err = err;
  if (!sk.dead) h.sk_error_report(sk);
  tcp_done(h, sk);
}
