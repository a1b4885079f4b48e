import assert from "node:assert/strict";
import { test } from "node:test";
import { paint } from "../paint.js";
import { columns } from "../terminal.js";
import type { WatchEvent } from "../watch/event.js";
import { bar } from "./axis.js";
import { learn, type Model, newModel } from "./model.js";
import { type Frame, render } from "./view.js";

const connection = {
  peer: "tcp 192.168.1.200:2049",
  xprt: 0,
  state: "connected",
  localPort: 812,
  inFlight: 0,
  connects: 1,
  bytesSent: 1200,
  bytesReceived: 4096,
  silentMs: 300,
  text: undefined,
};
const stat = { mode: 0o100644, nlink: 1, uid: 0, gid: 0, size: 23, ino: "7", mtimeMs: 0 };

/** Five good stats, then the outage of the report up to the server's return. */
function stricken(): Model {
  const m = newModel(0);
  const watch = (event: WatchEvent): void => learn(m, { type: "watch", event });
  learn(m, { type: "phase", at: 1000, phase: "healthy" });
  for (let n = 1; n <= 5; n++) {
    watch({ type: "call", at: n * 1000, n });
    watch({ type: "answer", at: n * 1000 + n, n, ms: n, ok: true, stat, connections: [connection] });
  }
  learn(m, { type: "phase", at: 5300, phase: "blackhole" });
  learn(m, { type: "act", at: 5300, text: "client# ip route add blackhole" });
  watch({ type: "call", at: 6000, n: 6 });
  learn(m, { type: "phase", at: 7200, phase: "server down" });
  watch({
    type: "connection",
    peer: connection.peer,
    at: 7300,
    xprt: 0,
    cookie: 1,
    what: "fin-received",
    localPort: 812,
    detail: undefined,
  });
  const call = {
    xid: 0x1234abcd,
    procedure: "NFSPROC3_GETATTR",
    label: "/file.txt",
    state: "connect",
    ageMs: 3000,
    attempts: 1,
    reason: "backoff",
    text: "connection to 192.168.1.200:2049 failed 4 times (EINVAL); next attempt in 0.3 s",
    reasonMs: 300,
  };
  watch({
    type: "waiting",
    at: 9000,
    n: 6,
    ageMs: 3000,
    calls: [call],
    connections: [{ ...connection, state: "backoff" }],
  });
  learn(m, { type: "phase", at: 8500, phase: "server back" });
  return m;
}

const frame: Frame = {
  title: "demo",
  now: 9100,
  columns: 80,
  rows: 30,
  expectedMs: 20_000,
  paint: paint(false),
};

test("the picture of an outage", () => {
  assert.deepEqual(render(stricken(), frame).split("\n"), [
    ` demo${" ".repeat(69)}8.1 s`,
    "",
    ` network  ${"█".repeat(15)}${"▒".repeat(6)}${"░".repeat(5)}▒▒${"·".repeat(41)}`,
    "          healthy        gone  down server back",
    " stats    ▃  ▃  ▃   ▄  ▄   ……………………………",
    "",
    " latency  5 answered, last 5.00 ms, median 3.00 ms, worst 5.00 ms",
    " conn     tcp 192.168.1.200:2049: backoff, from port 812, 1 connect, 1.2 KiB s…",
    "",
    " in flight",
    ` xid         procedure  path${" ".repeat(34)}age        sent`,
    ` 0x1234abcd  GETATTR    /file.txt${" ".repeat(29)}3.10 s     1×`,
    "   why: connection to 192.168.1.200:2049 failed 4 times (EINVAL); next attempt",
    "   in 0.3 s",
    "",
    " history",
    "     4.3  client# ip route add blackhole",
    "     6.3  connection 1 closed by the server (FIN), port 812",
  ]);
});

test("no picture is larger than its terminal, whatever it is", () => {
  for (const width of [20, 40, 79, 200]) {
    for (const rows of [5, 10, 24, 60]) {
      const lines = render(stricken(), { ...frame, columns: width, rows, paint: paint(true) }).split("\n");
      assert.ok(lines.length < rows, `${lines.length} lines in ${rows} rows`);
      for (const line of lines)
        assert.ok(columns(line) < Math.max(width, 22), `${columns(line)} columns in ${width}`);
    }
  }
});

test("before the first stat the steps are shown", () => {
  const m = newModel(0);
  learn(m, { type: "stage", at: 1, text: "network: two namespaces" });
  learn(m, { type: "watch", event: { type: "mounting", at: 2, step: "asking rpcbind" } });
  assert.match(render(m, frame), /two namespaces[\s\S]*asking rpcbind/);
});

test("latency bars grow with the latency and have two ends", () => {
  assert.equal(bar(0.01), "▁");
  assert.equal(bar(60_000), "█");
  const steps = [0.1, 0.5, 2, 8, 32, 128, 512, 5000].map(bar);
  assert.deepEqual(steps, [...steps].sort());
});
