/** The retransmission timer. */
import type { Us } from "../trace.js";
import { ETIMEDOUT } from "./errno.js";
import { type Sock, type SockHost, TCP_CLOSE, TCP_SYN_RECV, TCP_SYN_SENT } from "./sock.js";
import { tcp_fail } from "./tcp-done.js";
import { armRto, TCP_RTO_MAX_US, tcp_retransmit } from "./tcp-output.js";

/** Retransmissions before giving up: `tcp_syn_retries`, `tcp_retries2`, `tcp_orphan_retries`. */
const SYN_RETRIES = 5;
const RETRIES = 15;
const ORPHAN_RETRIES = 8;

/** When a user has the socket lock the timer looks again so much later. */
const OWNED_RETRY_US: Us = 50_000;

/** To be called when `sk.rtoAtUs` has come: sends the oldest segment again, or gives up with ETIMEDOUT. */
export function tcp_write_timer(h: SockHost, sk: Sock): void {
  if (sk.sk_state === TCP_CLOSE || sk.rtoAtUs === undefined || h.now() < sk.rtoAtUs) return;
  if (sk.owned) {
    sk.rtoAtUs = h.now() + OWNED_RETRY_US;
    return;
  }
  const [oldest] = sk.writeQueue;
  if (oldest === undefined) {
    sk.rtoAtUs = undefined;
    return;
  }
  if (sk.retransmits >= retries(sk)) return tcp_fail(h, sk, sk.sk_err_soft || ETIMEDOUT);
  sk.retransmits += 1;
  sk.rtoUs = Math.min(sk.rtoUs * 2, TCP_RTO_MAX_US);
  armRto(h, sk);
  tcp_retransmit(h, sk, oldest, `retransmission ${sk.retransmits}`);
}

function retries(sk: Sock): number {
  if (sk.sk_state === TCP_SYN_SENT || sk.sk_state === TCP_SYN_RECV) return SYN_RETRIES;
  return sk.dead ? ORPHAN_RETRIES : RETRIES;
}
