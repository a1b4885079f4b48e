/** Connections that are over on this side, and still answer. */
import type { Us } from "../trace.js";
import type { Endpoint, Segment } from "./segment.js";
import { after, before, endSeq } from "./seq.js";
import { type Sock, type SockHost, TCP_FIN_WAIT2, TCP_TIME_WAIT, type TimeWait } from "./sock.js";
import { tcp_done } from "./tcp-done.js";
import { tcp_v4_send_reset } from "./tcp-output.js";

export const TCP_TIMEWAIT_US: Us = 60_000_000;

/** Are they the same? */
export function sameEndpoint(a: Endpoint | undefined, b: Endpoint): boolean {
  return a !== undefined && a.host === b.host && a.port === b.port;
}

/** Leaves a record in the socket's place and ends it. `tcp_time_wait` */
export function tcp_time_wait(h: SockHost, sk: Sock, substate: number): void {
  if (sk.raddr !== undefined) {
    h.timeWaits.push({
      laddr: sk.laddr,
      raddr: sk.raddr,
      snd_nxt: sk.snd_nxt,
      rcv_nxt: sk.rcv_nxt,
      substate,
      untilUs: h.now() + TCP_TIMEWAIT_US,
    });
  }
  tcp_done(h, sk);
}

function forget(h: SockHost, tw: TimeWait): void {
  h.timeWaits.splice(h.timeWaits.indexOf(tw), 1);
}

function acknowledge(h: SockHost, tw: TimeWait): void {
  h.transmit(
    undefined,
    {
      src: tw.laddr,
      dst: tw.raddr,
      syn: false,
      ack: true,
      fin: false,
      rst: false,
      seq: tw.snd_nxt,
      ackSeq: tw.rcv_nxt,
      payload: undefined,
    },
    "TIME_WAIT",
  );
}

/** `tcp_timewait_state_process` of a connection whose peer has not sent its FIN. */
function finWait2(h: SockHost, tw: TimeWait, seg: Segment): void {
  const end = endSeq(seg);
  if (before(end, tw.rcv_nxt)) return seg.rst ? undefined : acknowledge(h, tw);
  if (seg.rst) return forget(h, tw);
  if (!seg.ack || (end === seg.seq && !seg.syn)) return;
  forget(h, tw);
  if (!seg.fin || seg.seq !== tw.rcv_nxt || seg.payload !== undefined) {
    return tcp_v4_send_reset(h, seg, "more came for a closed socket");
  }
  const next = { ...tw, rcv_nxt: end, substate: TCP_TIME_WAIT, untilUs: h.now() + TCP_TIMEWAIT_US };
  h.timeWaits.push(next);
  acknowledge(h, next);
}

/**
 * Lets a TIME_WAIT record see to a segment. False: there is none, or it made way for a new SYN; the segment is the
 * listener's, or nobody's. `tcp_timewait_state_process`
 */
export function timewait_rcv(h: SockHost, seg: Segment): boolean {
  const tw = h.timeWaits.find((t) => sameEndpoint(t.laddr, seg.dst) && sameEndpoint(t.raddr, seg.src));
  if (tw === undefined) return false;
  if (tw.untilUs <= h.now()) {
    forget(h, tw);
    return false;
  }
  if (tw.substate === TCP_FIN_WAIT2) finWait2(h, tw, seg);
  else if (seg.rst) {
    if (seg.seq === tw.rcv_nxt) forget(h, tw);
  } else if (seg.syn && !seg.ack && after(seg.seq, tw.rcv_nxt)) {
    forget(h, tw);
    return false;
  } else if (endSeq(seg) !== seg.seq || seg.seq !== tw.rcv_nxt) acknowledge(h, tw);
  return true;
}
