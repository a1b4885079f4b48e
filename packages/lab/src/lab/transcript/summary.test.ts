import assert from "node:assert/strict";
import { test } from "node:test";
import type { TraceEvent } from "../trace.js";
import { packet, RUN, segment } from "./sample.fixture.js";
import { summarize, summaryText } from "./summary.js";

test("the run in numbers", () => {
  assert.deepEqual(summarize(RUN), {
    steps: 2,
    packets: 24,
    dropped: 1,
    connects: 4,
    handshakes: 4,
    closedUnused: 2,
    cyclesPerSecond: 100, // 10 ms from one FIN to the next
    earlyWakes: 1,
    longestStatUs: undefined, // nobody is seen to enter the system call
    findings: 1,
  });
});

test("a SYN sent again is one connect, a handshake without its last packet is none", () => {
  const syn = segment("client", "S", 1);
  const events = [
    packet(0, syn, "tcp_connect"),
    packet(1_000_000, syn, "tcp_retransmit_timer"),
    packet(1_000_100, segment("server", "S.", 50, 2), "listen queue"),
    packet(1_000_200, segment("client", ".", 2, 51), "tcp_rcv_synsent_state_process", "blackhole"),
  ];
  const { connects, handshakes } = summarize(events);
  assert.deepEqual({ connects, handshakes }, { connects: 1, handshakes: 0 });
});

test("a close after data, and the server's own, are no turn of the loop", () => {
  const events = [
    packet(0, segment("client", "S", 1), "tcp_connect"),
    packet(1, segment("server", "S.", 50, 2), "listen queue"),
    packet(2, segment("client", ".", 2, 51), "tcp_rcv_synsent_state_process"),
    packet(3, segment("server", "F.", 51, 2), "restart"),
    packet(
      4,
      segment("client", ".", 2, 52, { kind: "call", xid: 1, proc: 1, bytes: 120 }),
      "xs_tcp_send_request",
    ),
    packet(5, segment("client", "F.", 122, 52), "xs_tcp_shutdown"),
  ];
  const { closedUnused, cyclesPerSecond, handshakes } = summarize(events);
  assert.deepEqual(
    { closedUnused, cyclesPerSecond, handshakes },
    { closedUnused: 0, cyclesPerSecond: undefined, handshakes: 1 },
  );
});

test("no events, no numbers", () => {
  const { packets, longestStatUs } = summarize([]);
  assert.deepEqual({ packets, longestStatUs }, { packets: 0, longestStatUs: undefined });
});

test("a stat lasts until its program speaks, one that hangs until the end", () => {
  const enter = (at: number, thread: string): TraceEvent => ({
    type: "step",
    at,
    cpu: 0,
    thread,
    fn: "sys_newstat",
    stack: ["sys_newstat"],
  });
  const say = (at: number, program: string): TraceEvent => ({ type: "output", at, program, text: "ok" });
  const done = [enter(100, "a"), enter(150, "b"), say(400, "a"), say(500, "rpcinfo"), say(900, "b")];
  assert.equal(summarize(done).longestStatUs, 750);
  assert.equal(summarize([...done, enter(1000, "a"), say(3000, "b")]).longestStatUs, 2000);
});

test("the numbers in print, without those that there are not", () => {
  assert.equal(
    summaryText({ ...summarize(RUN), longestStatUs: 6_274_241, cyclesPerSecond: undefined }),
    `steps                  2
packets                24 (1 dropped)
connects               4
handshakes completed   4
closed without a byte  2
early wakes            1
longest stat           6274.241 ms
findings               1
`,
  );
});
