/** A run as small as can be that has every event in it: a stat, a blackholed one, a restart, one turn of the loop. */
import type { Payload, Segment } from "../net/segment.js";
import type { TraceEvent, Us } from "../trace.js";

const CLIENT = { host: "192.168.1.100", port: 963 };
const SERVER = { host: "192.168.1.200", port: 2049 };

export const HOSTS = { "192.168.1.100": "client", "192.168.1.200": "server" };
export const WAKER = ["rpc_make_runnable", "xs_error_report", "tcp_disconnect", "xs_tcp_setup_socket"];

/** Flags as tcpdump's letters: `S`, `S.`, `.`, `F.`, `R`. */
export function segment(
  from: "client" | "server",
  flags: string,
  seq: number,
  ackSeq = 0,
  payload?: Payload,
): Segment {
  return {
    src: from === "client" ? CLIENT : SERVER,
    dst: from === "client" ? SERVER : CLIENT,
    syn: flags.includes("S"),
    ack: flags.includes("."),
    fin: flags.includes("F"),
    rst: flags.includes("R"),
    seq,
    ackSeq,
    payload,
  };
}

export function packet(at: Us, sent: Segment, cause: string, dropped?: string): TraceEvent {
  return { type: "packet", at, segment: sent, cause, dropped };
}

export function delivered(at: Us, arrived: Segment): TraceEvent {
  return { type: "delivered", at, segment: arrived };
}

const ISN = 4_294_967_290; // wraps within the first call
const GETATTR: Payload = { kind: "call", xid: 0x6dcaebc9, proc: 1, bytes: 120 };
const ATTRS: Payload = { kind: "reply", xid: 0x6dcaebc9, proc: 1, bytes: 116 };
const ACCESS: Payload = { kind: "call", xid: 0x6dcaebca, proc: 4, bytes: 84 };
const GRANTED: Payload = { kind: "reply", xid: 0x6dcaebca, proc: 4, bytes: 124 };

const MAY_STAT = { cpu: 0, thread: "hang.py" };
const WORKER = { cpu: 0, thread: "kworker/0:1" };

const syn = segment("client", "S", ISN);
const synAck = segment("server", "S.", 9000, ISN + 1);

export const RUN: readonly TraceEvent[] = [
  { type: "step", at: 10, ...MAY_STAT, fn: "call_start", stack: ["call_start", "__rpc_execute"] },
  { type: "rpcdebug", at: 10, ...MAY_STAT, text: "    15 call_start nfs3 proc GETATTR (sync)" },
  packet(20, syn, "tcp_connect in kworker/0:1"),
  delivered(120, syn),
  packet(121, synAck, "server's listen queue"),
  delivered(221, synAck),
  packet(222, segment("client", ".", ISN + 1, 9001), "tcp_rcv_synsent_state_process"),
  packet(300, segment("client", ".", ISN + 1, 9001, GETATTR), "xs_tcp_send_request task 15"),
  packet(500, segment("server", ".", 9001, 115, ATTRS), "nfsd"),
  { type: "rpcdebug", at: 700, ...MAY_STAT, text: "    15 return 0, status 0" },
  { type: "output", at: 701, program: "hang.py", text: "posix.stat_result(st_size=5)" },
  { type: "operator", at: 1000, host: "192.168.1.100", text: "ip route add blackhole 192.168.1.200/32" },
  { type: "rpcdebug", at: 2000, ...MAY_STAT, text: "    16 call_start nfs3 proc ACCESS (sync)" },
  packet(
    2010,
    segment("client", ".", 115, 9117, ACCESS),
    "xs_tcp_send_request task 16",
    "blackhole to server",
  ),
  { type: "switch", at: 2020, cpu: 0, from: "hang.py", to: "kworker/0:1", why: "blocked" },
  { type: "step", at: 2025, ...WORKER, fn: "xs_tcp_setup_socket", stack: ["xs_tcp_setup_socket"] },
  {
    type: "wake",
    at: 28_057_440,
    ...WORKER,
    task: 16,
    queue: "xprt_pending",
    status: -11,
    stack: WAKER,
    early: true,
  },
  { type: "switch", at: 28_057_441, cpu: 0, from: "kworker/0:1", to: "hang.py", why: "preempted" },
  { type: "rpcdebug", at: 28_057_442, ...MAY_STAT, text: "    16 sync task resuming" },
  {
    type: "rpcdebug",
    at: 28_057_443,
    ...MAY_STAT,
    text: "       xs_tcp_state_change client ffff88001f83a800...",
  },
  ...turn(28_100_000, 5000),
  ...turn(28_110_000, 6000),
  packet(28_120_000, segment("client", "S", 7000), "tcp_connect in kworker/0:1"),
  packet(28_120_300, segment("server", "S.", 17_000, 7001), "server's listen queue"),
  packet(28_120_400, segment("client", ".", 7001, 17_001), "tcp_rcv_synsent_state_process"),
  packet(28_120_500, segment("client", ".", 7001, 17_001, ACCESS), "xs_tcp_send_request task 16"),
  packet(28_120_600, segment("server", ".", 17_001, 7085, GRANTED), "nfsd"),
  packet(28_120_700, segment("server", "R", 17_125), "server's kernel"),
  { type: "finding", at: 28_120_701, property: "loop", text: "2 turns without a byte" },
];

/** Handshake, and at once the FIN. */
function turn(at: Us, seq: number): TraceEvent[] {
  return [
    packet(at, segment("client", "S", seq), "tcp_connect in kworker/0:1"),
    packet(at + 300, segment("server", "S.", seq + 10_000, seq + 1), "server's listen queue"),
    packet(at + 400, segment("client", ".", seq + 1, seq + 10_001), "tcp_rcv_synsent_state_process"),
    packet(at + 500, segment("client", "F.", seq + 1, seq + 10_001), "xs_tcp_shutdown in hang.py"),
    packet(at + 600, segment("server", "F.", seq + 10_001, seq + 2), "server's tcp_fin"),
    packet(at + 700, segment("client", ".", seq + 2, seq + 10_002), "tcp_fin_wait"),
  ];
}
