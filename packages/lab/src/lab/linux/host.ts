/** What TCP asks of the client host, and where its callbacks go: to the transport that owns the socket. */
import { route, type Segment, type Sock, type SockHost, send } from "../net/mod.js";
import type { Kernel, Xprt } from "./kernel.js";
import { xs_error_report, xs_tcp_data_ready, xs_tcp_state_change, xs_tcp_write_space } from "./xprtsock.js";

/** Linux's tcp_v4_init_sequence moves on by about this much a connect in the recorded packets. */
const ISN_STEP = 65_539;

export function hostOf(k: Kernel): SockHost {
  const owner = (sk: Sock): Xprt | undefined => (sk.dead ? undefined : k.xprts.find((x) => x.sock === sk.id));
  const h: SockHost = {
    now: () => k.now,
    transmit(_sk, segment, cause) {
      // Which step of whom: the innermost function of the moment, and the thread or interrupt that it runs in.
      const fn = k.stack.at(-1) ?? "timer";
      transmit(k, segment, `${cause}: ${fn} in ${k.threads[k.here.thread]?.name ?? "softirq"}`);
    },
    route: (dst) => route(k.fabric, k.host, dst),
    isn() {
      const isn = k.nextIsn;
      k.nextIsn = (isn + ISN_STEP) >>> 0;
      return isn;
    },
    synTimeoutUs: k.rules.synTimeoutUs,
    timeWaits: k.timeWaits,
    sk_state_change(sk) {
      const x = owner(sk);
      if (x !== undefined) xs_tcp_state_change(k, x, sk);
    },
    sk_error_report(sk) {
      const x = owner(sk);
      if (x !== undefined) xs_error_report(k, x, sk);
    },
    sk_data_ready(sk) {
      const x = owner(sk);
      if (x !== undefined) xs_tcp_data_ready(k, x, sk, h);
    },
    sk_write_space(sk) {
      const x = owner(sk);
      if (x !== undefined) xs_tcp_write_space(k, x);
    },
  };
  return h;
}

/** A segment leaves a host: onto the wire, or into a hole. */
export function transmit(k: Kernel, segment: Segment, cause: string): void {
  const dropped = send(k.fabric, k.now, segment);
  k.trace.push({ type: "packet", at: k.now, segment, cause, dropped });
}
