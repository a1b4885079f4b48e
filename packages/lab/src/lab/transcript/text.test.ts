import assert from "node:assert/strict";
import { test } from "node:test";
import { HOSTS, packet, RUN, segment } from "./sample.fixture.js";
import { textTranscript } from "./text.js";

test("a race can be read: threads side by side, the waker's stack below an early wake", () => {
  const text = textTranscript(RUN, { only: ["rpc", "sched"], fromUs: 2000, columnWidth: 24 });
  assert.equal(
    text,
    `        time cpu who          | hang.py               | kworker/0:1
    0.002000   0 hang.py      |   task 16 call_start nfs3 proc ACCESS (sync)
    0.002020   0 hang.py      | ~ blocked, kworker/0:1 runs
    0.002025   0 kworker/0:1  |                       | xs_tcp_setup_socket
   28.057440   0 kworker/0:1  |                       | wakes task 16 on "xprt_pending", status -11, EARLY, from
                              |                       |     rpc_make_runnable
                              |                       |     xs_error_report
                              |                       |     tcp_disconnect
                              |                       |     xs_tcp_setup_socket
   28.057441   0 kworker/0:1  |                       | ~ preempted, hang.py runs
   28.057442   0 hang.py      |   task 16 sync task resuming
   28.057443   0 hang.py      |   xs_tcp_state_change client ffff88001f83a800...
   28.120701   - finding      *** loop: 2 turns without a byte
`,
  );
});

test("deeds and packets have columns, addresses have names, what was lost says so", () => {
  const text = textTranscript(RUN, {
    hosts: HOSTS,
    fromUs: 121,
    toUs: 2010,
    only: ["wire"],
    columnWidth: 16,
  });
  assert.equal(
    text,
    `        time cpu who       | hang.py       | operator      | wire
    0.000121   - wire      |               |               | SYN-ACK server:2049 > client:963  seq 9000 ack 4294967291  (server's listen queue)
    0.000221   - wire      |               |               | SYN-ACK server:2049 > client:963  seq 9000 ack 4294967291  arrived
    0.000222   - wire      |               |               | ACK     client:963 > server:2049  seq 4294967291 ack 9001  (tcp_rcv_synsent_state_process)
    0.000300   - wire      |               |               | ACK     client:963 > server:2049  seq 4294967291 ack 9001  call 6dcaebc9 GETATTR, 120 bytes  (xs_tcp_send_request task 15)
    0.000500   - wire      |               |               | ACK     server:2049 > client:963  seq 9001 ack 115  reply 6dcaebc9 GETATTR, 116 bytes  (nfsd)
    0.000701   - hang.py   | prints: posix.stat_result(st_size=5)
    0.001000   - operator  |               | client# ip route add blackhole 192.168.1.200/32
    0.002010   - wire      |               |               | ACK     client:963 > server:2049  seq 115 ack 9117  call 6dcaebca ACCESS, 84 bytes  DROPPED: blackhole to server  (xs_tcp_send_request task 16)
`,
  );
});

test("a step and the log line that says what it changed are one line", () => {
  const place = { at: 5, cpu: 1, thread: "hang.py" } as const;
  const step = { type: "step", ...place, fn: "call_status", stack: ["call_status"] } as const;
  const log = { type: "rpcdebug", ...place, text: "    15 call_status (status -11)" } as const;
  const lastLine = (...events: Parameters<typeof textTranscript>[0]): string | undefined =>
    textTranscript(events).split("\n").at(-2);
  assert.equal(lastLine(step, log), "    0.000005   1 hang.py  | call_status: task 15 (status -11)");
  // Another CPU's line is its own.
  assert.equal(
    lastLine(step, { ...log, cpu: 0 }),
    "    0.000005   0 hang.py  |   task 15 call_status (status -11)",
  );
});

test("segments are told apart by their bits", () => {
  const told = (flags: string): string | undefined =>
    / \| (\S+)/.exec(textTranscript([packet(0, segment("client", flags, 1), "x")]).split("\n")[1]!)?.[1];
  assert.deepEqual(["S", "S.", ".", "F.", "R", "R.", ""].map(told), [
    "SYN",
    "SYN-ACK",
    "ACK",
    "FIN-ACK",
    "RST",
    "RST-ACK",
    "none",
  ]);
});

test("nothing to tell is no text; a column too narrow for anything is refused", () => {
  assert.equal(textTranscript([]), "");
  assert.equal(textTranscript(RUN, { fromUs: 1e12 }), "");
  assert.throws(() => textTranscript(RUN, { columnWidth: 7 }), RangeError);
});

test("an ICMP error and a segment that was ignored say what came of them", () => {
  const quoted = segment("client", "S", 1, 0);
  const icmp = { error: "host-unreachable", from: "192.168.1.1", quoted } as const;
  const lines = textTranscript(
    [
      { type: "icmp", at: 1, icmp, effect: "sk_err 113" },
      { type: "delivered", at: 2, segment: quoted, ignored: "accept queue full, SYN dropped" },
    ],
    { hosts: HOSTS, columnWidth: 8 },
  ).split("\n");
  assert.match(
    lines[1]!,
    /\| ICMP host-unreachable from 192\.168\.1\.1: SYN .*client:963 > server:2049 .*\(sk_err 113\)$/,
  );
  assert.match(lines[2]!, /arrived, IGNORED: accept queue full, SYN dropped$/);
});
