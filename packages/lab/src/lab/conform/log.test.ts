import assert from "node:assert/strict";
import { test } from "node:test";
import type { TraceEvent } from "../trace.js";
import { LogSyntaxError, linesOfTrace, parseRpcdebug } from "./log.js";
import { RECORDED, recordedLog, recordedText } from "./recorded.fixture.js";

for (const name of RECORDED) {
  test(`every line of ${name} has a form, and every pair is one line`, () => {
    const rows = recordedText(name).split("\n").length - 1;
    const { lines, truncated } = recordedLog(name);
    const pairs = lines.filter(({ fn }) => fn === "xs_tcp_state_change" || fn === "xs_error_report").length;
    assert.equal(lines.length + pairs, rows);
    assert.ok(pairs > 10);
    assert.equal(truncated, undefined);
    for (const { text } of lines) assert.doesNotMatch(text, /RPC:|^ /);
  });
}

test("the outage is read as it was: states, shutdown bits, statuses", () => {
  const { lines } = recordedLog("rpcdebug-3.6.0-start.txt");
  const states = lines.filter(({ fn }) => fn === "xs_tcp_state_change").slice(0, 4);
  assert.deepEqual(
    states.map(({ line, fields }) => [line, fields["state"], fields["conn"], fields["shutdown"]]),
    [
      [30, 8, 1, 1],
      [45, 9, 1, 3],
      [60, 9, 0, 3],
      [76, 7, 0, 3],
    ],
  );
  const sent = lines.filter(({ fn }) => fn === "xs_tcp_send_request").map(({ fields }) => fields["sent"]);
  assert.deepEqual(sent.slice(0, 3), [84, -32, -104]);
  const first = lines.find(({ fn }) => fn === "call_status");
  assert.deepEqual([first?.task, first?.fields["status"], first?.atUs], [15, -11, 17_789_686]);
});

const CASES: readonly [
  text: string,
  fn: string,
  task: number | undefined,
  fields: Record<string, unknown>,
][] = [
  ["    15 call_bind (status 0)", "call_bind", 15, { status: 0 }],
  ["    15 call_connect xprt ffff88001f83a800 is not connected", "call_connect", 15, { is: "is not" }],
  ["       xs_tcp_send_request(84) = -32", "xs_tcp_send_request", undefined, { size: 84, sent: -32 }],
  ["    15 failed to lock transport ffff88001f83a800", "xprt_reserve_xprt", 15, { xprt: "ffff88001f83a800" }],
  ['    15 sleep_on(queue "xprt_pending" time 1)', "__rpc_sleep_on_priority", 15, { queue: "xprt_pending" }],
  ["    15 setting alarm for 60000 ms", "__rpc_add_timer", 15, { ms: 60000 }],
  ["       disconnecting xprt ffff88001f83a800 to reuse port", "xs_tcp_reuse_connection", undefined, {}],
  [
    "       worker connecting xprt ffff88001f83a800 via tcp to 192.168.1.200 (port 2049)",
    "xs_tcp_setup_socket",
    undefined,
    { xprt: "ffff88001f83a800", server: "192.168.1.200", port: 2049 },
  ],
  [
    "       ffff88001f83a800 connect status 115 connected 0 sock state 2",
    "xs_tcp_setup_socket",
    undefined,
    { result: 115, connected: 0, sockstate: 2 },
  ],
];

/** None is in the recorded logs, as the client there neither waits long enough nor is answered. */
const MORE: typeof CASES = [
  ["    15 call_timeout (major)", "call_timeout", 15, { timeout: "major" }],
  ["       nfs: server mars not responding, still trying", "call_timeout", undefined, { server: "mars" }],
  ["    15 xid 6dcaebc9 complete (116 bytes received)", "xprt_complete_rqst", 15, { size: 116 }],
  ["    15 call_status (status 116)", "call_status", 15, { status: 116 }],
  ["    15 call_decode result 0", "call_decode", 15, { result: 0 }],
  ["    15 return 0, status 0", "__rpc_execute", 15, { result: 0, status: 0 }],
  ["    15 got signal", "__rpc_execute", 15, {}],
  ["    15 release request ffff88001f98a400", "xprt_release", 15, { req: "ffff88001f98a400" }],
  ["    15 xprt_connect_status: error 111 connecting to server 10.0.0.1", "xprt_connect_status", 15, {}],
  [
    "       xs_connect scheduled xprt ffff88001f83a800",
    "xs_connect",
    undefined,
    { xprt: "ffff88001f83a800" },
  ],
  ["       xs_close xprt ffff88001f83a800", "xs_close", undefined, { xprt: "ffff88001f83a800" }],
  [
    "       xs_tcp_setup_socket: connect returned unhandled error -22",
    "xs_tcp_setup_socket",
    undefined,
    { result: -22 },
  ],
];

for (const [text, fn, task, fields] of [...CASES, ...MORE]) {
  test(`read: ${text.trim()}`, () => {
    const [line] = parseRpcdebug(`[   28.057440] RPC:${text}\n`).lines;
    assert.deepEqual([line?.fn, line?.task, line?.atUs], [fn, task, 28_057_440]);
    for (const [name, value] of Object.entries(fields)) assert.equal(line?.fields[name], value, name);
  });
}

test("xs_tcp_state_change prints the state in hexadecimal: b is CLOSING", () => {
  const [line] = parseRpcdebug(
    "[    1.000000] RPC:       xs_tcp_state_change client ffff88001f83a800...\n" +
      "[    1.000000] RPC:       state b conn 1 dead 0 zapped 1 sk_shutdown 3\n",
  ).lines;
  assert.equal(line?.fields["state"], 11);
});

const BAD: readonly [name: string, log: string, message: RegExp][] = [
  [
    "an unknown line",
    "[    1.000000] RPC:       done\n[    1.000000] RPC:       frobnicate\n",
    /^line 1: .*: done/,
  ],
  ["a line that is not the kernel's", "\nhello\n", /^line 2: not a line .*: hello/],
  [
    "half of a pair",
    "[    1.000000] RPC:       xs_error_report client ffff88001f83a800...\n[    1.000000] RPC:    15 timeout\n",
    /^line 2: expected the second line of xs_error_report: timeout/,
  ],
  [
    "the second half alone",
    "[    1.000000] RPC:       error 104\n",
    /^line 1: a line of no known form: error 104/,
  ],
];

for (const [name, log, message] of BAD) {
  test(`${name} is an error that names the line`, () => {
    assert.throws(
      () => parseRpcdebug(log),
      (e) => e instanceof LogSyntaxError && e.code === "ELOGSYNTAX" && message.test(e.message),
    );
  });
}

test("a log may be cut anywhere: the last line is left out and said", () => {
  const text = recordedText("rpcdebug-3.6.0-start.txt");
  const whole = recordedLog("rpcdebug-3.6.0-start.txt").lines;
  for (let cut = 1; cut < 3000; cut += 7) {
    const { lines, truncated } = parseRpcdebug(text.slice(0, cut));
    assert.deepEqual(lines, whole.slice(0, lines.length));
    const tail = text.slice(0, cut).split("\n").at(-1) ?? "";
    if (tail !== "") assert.equal(truncated, tail);
  }
  const pair = text.indexOf("state 8 conn");
  const between = parseRpcdebug(text.slice(0, text.lastIndexOf("\n", pair) + 1));
  assert.match(between.truncated ?? "", /xs_tcp_state_change client/);
});

test("what a run of the model prints is read as the kernel's log is", () => {
  const text = recordedText("rpcdebug-3.6.0-start.txt");
  const events = text
    .trimEnd()
    .split("\n")
    .map((row): TraceEvent => {
      const at = Math.round(Number(row.slice(1, 13)) * 1e6);
      return {
        type: "rpcdebug",
        at,
        cpu: 0,
        thread: "hang.py",
        text: row.slice("[   16.332379] RPC:".length),
      };
    });
  const between: TraceEvent = { type: "operator", at: 0, host: "client", text: "ip route add blackhole" };
  assert.deepEqual(linesOfTrace([between, ...events]), parseRpcdebug(text).lines);
});
