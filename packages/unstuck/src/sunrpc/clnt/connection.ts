/** The life of a transport's connection. One owner, one socket at a time; calls only ever wait for it. */
import type { Instant } from "../port.js";
import { RecordReader } from "../record.js";
import { end, firstWaiter, onConnectionLost, wake } from "./calls.js";
import { type XprtInput, type XprtMove, xprtMove } from "./clnt.states.js";
import type { Machine } from "./machine.js";
import type { Xprt } from "./xprt.js";

const UNWANTED = xprtMove("run", "idle");
const CONNECTING = xprtMove("run", "connecting");
const CONNECTED = xprtMove("established", "connected");
const DISCONNECTING = xprtMove("lost", "disconnecting");
const REPLACED = xprtMove("replace", "due");
const UNUSED = xprtMove("unused", "idle");
const CLOSED = xprtMove("close", "closed");

/** Where a transport without its socket goes to: nobody waits, it must rest first, or it connects at once. */
type Aftermath = { readonly [to in "idle" | "backoff" | "due"]: XprtMove };

function aftermath(input: XprtInput): Aftermath {
  return { idle: xprtMove(input, "idle"), backoff: xprtMove(input, "backoff"), due: xprtMove(input, "due") };
}

const AFTER_FAILURE = aftermath("failed");
const AFTER_LOSS = aftermath("lost");
const AFTER_DISCONNECT = aftermath("run");
const AFTER_REST = aftermath("timer");

/** The connect work runs: the only place a transport's socket is made. */
export function runConnect(m: Machine, x: Xprt): void {
  if (x.state !== "due") return;
  if (firstWaiter(m, x.waiting.connect, "connect") === undefined) return m.go(x, UNWANTED);
  x.cookie = m.newCookie();
  x.connects++;
  m.go(x, CONNECTING, m.now + attemptMs(m, x, x.failures));
  const port = portToUse(m, x);
  m.note(x, "connecting", port === undefined && x.localPort !== 0 ? "from a fresh port" : undefined);
  m.emit({ type: "connect", cookie: x.cookie, xprt: x.id, localPort: port, probe: false });
}

/** Every so many attempts in a row, one is a patient one; it is what a path whose round trip has grown gets through with. */
const PATIENT_EVERY = 32;
const PATIENT_MS = 3_000;

/** How long the attempt after `failures` failed ones may take: a few round trips once they are known. */
export function attemptMs(m: Machine, x: Xprt, failures: number): number {
  const { timeoutMs, firstMs, leastMs } = m.config.connect;
  const ms = x.connectMs === 0 ? firstMs : Math.max(leastMs, 4 * x.connectMs);
  const patient = failures % PATIENT_EVERY === PATIENT_EVERY - 1;
  return Math.min(timeoutMs, patient ? Math.max(PATIENT_MS, 4 * ms) : ms);
}

function portToUse(m: Machine, x: Xprt): number | undefined {
  const { keepPort, portPatience } = m.config.reconnect;
  if (!keepPort || x.localPort === 0 || x.portTaken) return undefined;
  // Something on the path may hold a grudge against this very port.
  if (x.unanswered > 0 && x.unanswered % portPatience === 0) return undefined;
  return x.localPort;
}

export function onEstablished(m: Machine, x: Xprt, localPort: number | undefined): void {
  x.connectMs = Math.max(m.now - x.stateSince, 0.1);
  x.unanswered = 0;
  x.portTaken = false;
  x.answered = false;
  x.unsent = 0;
  x.reader = new RecordReader({ maxRecordBytes: m.config.maxRecordBytes, pool: m.pool });
  x.heardAt = m.now;
  x.recordAt = m.now;
  x.idleSince = m.now;
  x.checkAt = Number.POSITIVE_INFINITY;
  m.go(x, CONNECTED, m.now + m.config.idleMs);
  if (localPort !== undefined) keepPort(m, x, localPort);
  m.note(x, "established");
  wake(m, x.waiting.connect, "connect", Number.POSITIVE_INFINITY);
}

function keepPort(m: Machine, x: Xprt, port: number): void {
  const from = x.localPort;
  x.localPort = port;
  if (from === 0 || from === port || m.config.kind === "datagram") return;
  for (const task of x.waiting.connect.toArray()) {
    if ((m.calls.get(task)?.attempts ?? 0) === 0) continue;
    m.emit({ type: "notice", notice: { kind: "port-changed", xprt: x.id, from, to: port } });
    return;
  }
}

/** The connect attempt failed. Every code is transient here: it is the callers' policies that end calls. */
export function onConnectFailed(m: Machine, x: Xprt, code: string): void {
  m.note(x, "connect-failed", code);
  x.cookie = 0;
  x.lastFailure = code;
  x.unanswered = code === "ETIMEDOUT" || code === "ECONNRESET" ? x.unanswered + 1 : 0;
  // Our own old port says nothing about the server: from a fresh one it may be reached.
  const isTaken = code === "EADDRINUSE" || code === "EADDRNOTAVAIL";
  if (isTaken && x.localPort !== 0 && !x.portTaken) x.portTaken = true;
  else failSoftconn(m, x, code);
  x.failures++;
  // An attempt that ran out of time was itself a pause.
  retryOrRest(m, x, AFTER_FAILURE, code === "ETIMEDOUT" ? 1 : x.failures);
}

function failSoftconn(m: Machine, x: Xprt, code: string): void {
  const { connect } = x.waiting;
  for (let i = 0; i < connect.length; i++) {
    const call = m.calls.get(connect.at(i));
    if (call?.state === "connect" && call.policy.softconn) end(m, call, code);
  }
}

/** FIN: the peer will send nothing more. What is in flight goes to the next connection; the disconnect is a work of its own. */
export function onFin(m: Machine, x: Xprt): void {
  if (x.state === "connecting") return onSocketError(m, x, "ECONNRESET");
  if (x.state !== "connected") return;
  // There is nothing left to question.
  m.endProbe(x);
  m.note(x, "fin-received");
  x.lastFailure = "closed by the server";
  m.go(x, DISCONNECTING);
  m.emit({ type: "schedule", work: { kind: "disconnect", xprt: x.id, cookie: x.cookie } });
}

/** Reset after the server's FIN rather than FIN: nothing is owed, and only so the source port is free at once. */
export function runDisconnect(m: Machine, x: Xprt, cookie: number): void {
  if (x.state !== "disconnecting" || x.cookie !== cookie) return;
  m.emit({ type: "abort", cookie });
  onLost(m, x, AFTER_DISCONNECT);
}

/** The socket is dead (or never came to life). */
export function onSocketError(m: Machine, x: Xprt, code: string): void {
  if (x.state === "connecting") return onConnectFailed(m, x, code);
  m.note(x, code === "ECONNRESET" ? "reset-received" : "socket-error", code);
  x.lastFailure = code;
  onLost(m, x, AFTER_LOSS);
}

/** The peer broke the protocol: whatever follows on this connection cannot be trusted. */
export function onProtocolError(m: Machine, x: Xprt, why: string): void {
  m.note(x, "bad-record", why);
  x.lastFailure = why;
  m.emit({ type: "abort", cookie: x.cookie });
  onLost(m, x, AFTER_LOSS);
}

/** The probe's verdict: the server can be reached, but not through this socket. */
export function replace(m: Machine, x: Xprt): void {
  m.note(x, "reset-sent", "the path works, this socket is stuck");
  x.replacements++;
  m.emit({ type: "abort", cookie: x.cookie });
  forgetConnection(m, x);
  m.go(x, REPLACED);
  m.emit({ type: "schedule", work: { kind: "connect", xprt: x.id } });
}

function onLost(m: Machine, x: Xprt, after: Aftermath): void {
  const wasAnswered = x.answered;
  forgetConnection(m, x);
  // The first reconnect after a connection that worked is immediate, once: until a reply, all others sleep first.
  retryOrRest(m, x, after, wasAnswered && x.failures === 0 ? 0 : Math.max(1, x.failures), !wasAnswered);
  x.failures++;
}

function forgetConnection(m: Machine, x: Xprt): void {
  m.endProbe(x);
  x.cookie = 0;
  x.reader = undefined;
  x.unsent = 0;
  x.answered = false;
  x.checkAt = Number.POSITIVE_INFINITY;
  onConnectionLost(m, x);
}

function retryOrRest(m: Machine, x: Xprt, after: Aftermath, exponent: number, wasClosed = false): void {
  const { baseMs, capMs, closedCapMs } = m.config.reconnect;
  const ms = Math.min(
    baseMs * (1 << Math.min(Math.max(exponent - 1, 0), 20)),
    wasClosed ? closedCapMs : capMs,
  );
  x.restUntil = exponent === 0 ? m.now : m.now + m.jitter(ms);
  // Nobody waits, but a woken call that has not run yet, or the next one, may want the connection at once.
  if (firstWaiter(m, x.waiting.connect, "connect") === undefined) return m.go(x, after.idle);
  if (exponent > 0) return m.go(x, after.backoff, x.restUntil);
  m.go(x, after.due);
  m.emit({ type: "schedule", work: { kind: "connect", xprt: x.id } });
}

/** A reply came: the only thing that resets the back-off. */
export function onReply(x: Xprt): void {
  x.answered = true;
  x.failures = 0;
  x.lastFailure = "";
}

export function onXprtTimer(m: Machine, x: Xprt): void {
  switch (x.state) {
    case "connecting":
      m.emit({ type: "abort", cookie: x.cookie });
      return onConnectFailed(m, x, "ETIMEDOUT");
    case "backoff":
      if (firstWaiter(m, x.waiting.connect, "connect") === undefined) return m.go(x, AFTER_REST.idle);
      m.go(x, AFTER_REST.due);
      m.emit({ type: "schedule", work: { kind: "connect", xprt: x.id } });
      return;
    case "connected":
      return onIdleTimer(m, x);
  }
}

function onIdleTimer(m: Machine, x: Xprt): void {
  const at: Instant = (x.used > 0 ? m.now : x.idleSince) + m.config.idleMs;
  if (at > m.now) {
    x.timerAt = at;
    m.arm(at);
    return;
  }
  m.note(x, "fin-sent", "idle");
  m.emit({ type: "shutdown", cookie: x.cookie });
  forgetConnection(m, x);
  m.go(x, UNUSED);
}

export function closeXprt(m: Machine, x: Xprt): void {
  m.endProbe(x);
  if (x.cookie !== 0) {
    const polite = x.state === "connected" && x.used === 0;
    m.note(x, polite ? "fin-sent" : "reset-sent", "closed by us");
    m.emit({ type: polite ? "shutdown" : "abort", cookie: x.cookie });
  }
  x.cookie = 0;
  x.reader = undefined;
  if (x.state !== "closed") m.go(x, CLOSED);
}
