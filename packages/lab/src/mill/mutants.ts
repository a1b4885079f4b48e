/** The cores, broken on purpose: one rule at a time, by a change of one or two places of their compiled text. */

export interface Mutant {
  readonly name: string;
  /** Properties that may be the first to notice, in this or that schedule. */
  readonly caughtBy: readonly string[];
  /** Below `sunrpc`, or below `sunrpc/clnt` if no folder is named. `find` occurs exactly once. */
  readonly edits: readonly { readonly file: string; readonly find: string; readonly put: string }[];
}

function mutant(name: string, caughtBy: string, file: string, find: string, put: string): Mutant {
  return { name, caughtBy: caughtBy.split(" "), edits: [{ file, find, put }] };
}

/** What the worker of 2012 did: whoever waits for the connection is woken while it is being made. */
const EARLY_WAKE = {
  file: "connection.js",
  find: 'm.emit({ type: "connect", cookie: x.cookie, xprt: x.id, localPort: port, probe: false });',
  put: 'm.emit({ type: "connect", cookie: x.cookie, xprt: x.id, localPort: port, probe: false });\n    wake(m, x.waiting.connect, "connect", Number.POSITIVE_INFINITY);',
};

/** Edits that nothing may notice: the bug of 2012 does no harm where who is woken looks again. */
export const HARMLESS: readonly Mutant[] = [
  { name: "waiters are woken while the connect is under way", caughtBy: [], edits: [EARLY_WAKE] },
];

export const MUTANTS: readonly Mutant[] = [
  {
    name: "waiters are woken while the connect is under way, and believe it (2012)",
    caughtBy: ["current-cookie"],
    edits: [
      EARLY_WAKE,
      {
        file: "calls.js",
        find: 'if (x.state !== "connected") {',
        put: 'if (x.state !== "connected" && x.state !== "connecting") {',
      },
    ],
  },
  mutant(
    "events of an older socket reach the new one",
    "settles-once core-throws current-cookie one-connect answer-after-heal back-off same-port",
    "clnt.js",
    "if (x.cookie === event.cookie)\n                return this.#onXprtEvent",
    "if (x.cookie >= event.cookie && x.probe.cookie !== event.cookie)\n                return this.#onXprtEvent",
  ),
  mutant(
    "a call does not wait until the connect is done",
    "current-cookie",
    "calls.js",
    'if (x.state !== "connected") {',
    "if (x.cookie === 0) {",
  ),
  mutant(
    "two connects at once",
    "one-connect sleep-in-every-cycle",
    "connection.js",
    'm.emit({ type: "connect", cookie: x.cookie, xprt: x.id, localPort: port, probe: false });',
    'for (let i = 0; i < 2; i++) m.emit({ type: "connect", cookie: i ? m.newCookie() : x.cookie, xprt: x.id, localPort: port, probe: false });',
  ),
  mutant(
    "an attempt that ran out of time is left open",
    "one-connect",
    "connection.js",
    'm.emit({ type: "abort", cookie: x.cookie });\n            return onConnectFailed',
    "return onConnectFailed",
  ),
  mutant(
    "a resend has a new xid",
    "same-xid",
    "calls.js",
    "call.attempts++;",
    "if (call.attempts++ > 0) setCallXid(call.record.bytes, (call.xid + 65536 * call.attempts) >>> 0, call.record.start);",
  ),
  mutant(
    "the back-off is reset by ESTABLISHED",
    "back-off",
    "connection.js",
    "x.connectMs = Math.max(",
    "x.failures = 0;\n    x.connectMs = Math.max(",
  ),
  mutant(
    "the back-off never sleeps",
    "sleep-in-every-cycle back-off",
    "connection.js",
    "x.restUntil = exponent === 0 ? m.now : m.now + m.jitter(ms);",
    "exponent = 0;",
  ),
  mutant(
    "the pause is forgotten when nobody waits",
    "sleep-in-every-cycle back-off",
    "calls.js",
    "if (m.now < x.restUntil)",
    "if (false)",
  ),
  mutant(
    "every connect takes a new source port",
    "same-port",
    "connection.js",
    "return x.localPort;",
    "return undefined;",
  ),
  mutant(
    "a reply settles its call twice",
    "settles-once",
    "calls.js",
    "export function answer(m, call, outcome) {",
    "export function answer(m, call, outcome) {\n    settle(m, call, outcome);",
  ),
  mutant(
    "the late reply of a cancelled call settles it again",
    "settles-once core-throws",
    "clnt.js",
    'if (call.state === "zombie") {',
    "if (false) {",
  ),
  mutant(
    "the late reply of a cancelled call settles another",
    "settles-once",
    "calls.js",
    'if (call.state !== "sent")\n        return remove',
    "if (true)\n        return remove",
  ),
  mutant(
    "a call's deadline has no timer",
    "deadline-kept",
    "call.js",
    "return this.deadline === undefined ? at : Math.min(at, this.deadline);",
    "return at;",
  ),
  mutant(
    "a soft call goes on after its major timeout",
    "deadline-kept",
    "calls.js",
    'if (policy.mode !== "hard")',
    "if (false)",
  ),
  mutant(
    "the probe goes on although the connection was heard",
    "healthy-left-alone",
    "probe.js",
    'if (x.probe.stage === "none")',
    "if (true)",
  ),
  mutant(
    "a connection is questioned although it was just heard",
    "healthy-left-alone",
    "probe.js",
    "if (at > m.now) {",
    "if (false) {",
  ),
  mutant(
    "the probe never replaces a stuck connection",
    "answer-after-heal cut-off",
    "probe.js",
    "return replace(m, x);",
    "return connectProbe(m, x);",
  ),
  {
    name: "a half-read record outlives its connection",
    caughtBy: ["answer-after-heal", "settles-once", "back-off", "sleep-in-every-cycle", "healthy-left-alone"],
    edits: [
      { file: "connection.js", find: "x.reader = new RecordReader", put: "x.reader ??= new RecordReader" },
      {
        file: "connection.js",
        find: "m.endProbe(x);\n    x.cookie = 0;\n    x.reader = undefined;",
        put: "m.endProbe(x);\n    x.cookie = 0;",
      },
    ],
  },
  mutant(
    "a call in flight is not sent again on the next connection",
    "answer-after-heal stuck",
    "calls.js",
    'else if (call.state === "sent" || call.state === "space") {',
    'else if (call.state === "space") {',
  ),
  mutant(
    "a call waits for a connection that nobody is told to make",
    "answer-after-heal stuck",
    "calls.js",
    "want(m, x);\n        return;",
    "return;",
  ),
  mutant(
    "a slot is not given back",
    "answer-after-heal stuck",
    "calls.js",
    "if (call.hasSlot)\n        x.used--;",
    "",
  ),
  mutant(
    "the disconnect of an older socket tears the present one",
    "core-throws current-cookie healthy-left-alone",
    "connection.js",
    'if (x.state !== "disconnecting" || x.cookie !== cookie)',
    "if (x.cookie === 0)",
  ),
  mutant(
    "a timer stays armed after the end",
    "all-over",
    "clnt.js",
    'for (const call of m.calls.values())\n            if (call.state === "zombie")\n                forget(m, call);\n        m.timerAt = Number.POSITIVE_INFINITY;',
    'for (const call of m.calls.values())\n            if (call.state === "zombie")\n                forget(m, call);',
  ),
  mutant(
    "a probe's socket is left open at the end",
    "all-over current-cookie one-connect",
    "machine.js",
    "if (x.probe.cookie !== 0)",
    "if (false)",
  ),
  mutant(
    "a call is sent again when its connection was heard",
    "resend-sleeps",
    "probe.js",
    'if (m.config.kind === "stream")\n        return;',
    "",
  ),
  mutant(
    "a datagram is sent again while its reply comes in",
    "resend-sleeps",
    "clnt.js",
    "this.#onRecord(x, spanOf(bytes));\n            return onHeard(m, x);",
    "onHeard(m, x);\n            return this.#onRecord(x, spanOf(bytes));",
  ),
  mutant(
    "a datagram is sent twice at one moment",
    "resend-sleeps",
    "probe.js",
    " && call.sentAt < m.now",
    "",
  ),
  mutant(
    "datagrams sent into an outage wait for their timeouts",
    "answer-after-heal",
    "probe.js",
    " && call.sentAt <= since && call.sentAt < m.now)\n            resend(m, call);",
    " && call.sentAt <= since && call.sentAt < m.now)\n            m.arm(m.now);",
  ),
  mutant(
    "a resend of an answered call runs again",
    "runs-once",
    "svc/once.js",
    "if (answered !== undefined) {",
    "if (false) {",
  ),
  mutant(
    "a resend of a running call runs again",
    "runs-once",
    "svc/once.js",
    "if (running === undefined) {",
    "if (true) {",
  ),
  mutant(
    "a reply is forgotten with its connection",
    "runs-once",
    "svc/svc.js",
    "this.#s.starved.delete(conn.id);\n        this.#out",
    "this.#s.cache.answered.clear();\n        this.#out",
  ),
  mutant(
    "a resend that waits for a running call is not told its answer",
    "answer-after-heal stuck",
    "svc/once.js",
    "    running.conns.push(conn.id);\n",
    "",
  ),
  {
    name: "a resend on another connection counts as another call",
    caughtBy: ["runs-once"],
    edits: [
      {
        file: "svc/reply-cache.js",
        find: "callKey({ peer, record })",
        put: "callKey({ peer, record, conn })",
      },
      { file: "svc/reply-cache.js", find: "return `${transport} ", put: "return `${conn} ${transport} " },
    ],
  },
];
