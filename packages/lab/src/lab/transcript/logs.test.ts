import assert from "node:assert/strict";
import { test } from "node:test";
import type { TraceEvent } from "../trace.js";
import { JSON_TRACE_VERSION, jsonTrace } from "./json.js";
import { rpcdebugLog } from "./rpcdebug.js";
import { RUN } from "./sample.fixture.js";
import { tcpdumpText } from "./wire.js";

test("the debug log is written as a real 3.6.0 kernel wrote it", () => {
  const say = (at: number, text: string): TraceEvent => ({ type: "rpcdebug", at, cpu: 0, thread: "a", text });
  const events = [
    say(16_332_379, "       looking up Generic cred"),
    say(16_332_618, "    15 __rpc_execute flags=0x80"),
    say(12_345_000_001, " 70000 x"),
  ];
  assert.equal(
    rpcdebugLog(events),
    `[   16.332379] RPC:       looking up Generic cred
[   16.332618] RPC:    15 __rpc_execute flags=0x80
[12345.000001] RPC: 70000 x
`,
  );
  assert.equal(rpcdebugLog([]), "");
});

test("the wire reads as tcpdump prints it: absolute on a SYN, relative after, also where numbers wrap", () => {
  const lines = tcpdumpText(RUN).split("\n");
  const client = "IP 192.168.1.100.963 > 192.168.1.200.2049: Flags";
  const server = "IP 192.168.1.200.2049 > 192.168.1.100.963: Flags";
  assert.deepEqual(lines.slice(0, 8), [
    `00:00:00.000020 ${client} [S], seq 4294967290, win 14480, options [mss 1460], length 0`,
    `00:00:00.000121 ${server} [S.], seq 9000, ack 4294967291, win 14480, options [mss 1460], length 0`,
    `00:00:00.000222 ${client} [.], ack 1, win 14480, length 0`,
    `00:00:00.000300 ${client} [P.], seq 1:121, ack 1, win 14480, length 120: NFS request xid 1842015177 116 getattr`,
    `00:00:00.000500 ${server} [P.], seq 1:117, ack 121, win 14480, length 116: NFS reply xid 1842015177 reply ok 112`,
    `00:00:00.002010 ${client} [P.], seq 121:205, ack 117, win 14480, length 84: NFS request xid 1842015178 80 access  (dropped: blackhole to server)`,
    `00:00:28.100000 ${client} [S], seq 5000, win 14480, options [mss 1460], length 0`,
    `00:00:28.100300 ${server} [S.], seq 15000, ack 5001, win 14480, options [mss 1460], length 0`,
  ]);
  assert.equal(lines[9], `00:00:28.100500 ${client} [F.], seq 1, ack 1, win 14480, length 0`);
  assert.equal(lines.at(-2), `00:00:28.120700 ${server} [R], seq 125, win 14480, length 0`);
});

test("JSON lines hold every event whole, and do not depend on the order in which keys were written", () => {
  const [header, ...lines] = jsonTrace(RUN).trimEnd().split("\n");
  assert.deepEqual(JSON.parse(header!), { format: "unstuck-lab-trace", version: JSON_TRACE_VERSION });
  const withoutUndefined = RUN.map((event) => JSON.parse(JSON.stringify(event)));
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    withoutUndefined,
  );
  const turned = RUN.map(
    (event) => Object.fromEntries(Object.entries(event).reverse()) as unknown as TraceEvent,
  );
  assert.equal(jsonTrace(turned), jsonTrace(RUN));
  assert.equal(
    lines[0],
    '{"type":"step","at":10,"cpu":0,"thread":"hang.py","fn":"call_start","stack":["call_start","__rpc_execute"]}',
  );
});
