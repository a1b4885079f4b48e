/**
 * The path probe. A connection that has gone silent with calls in flight is asked first itself (a NULL call on
 * it: a server that is merely slow with one call answers that). Only if this too stays unanswered, a fresh
 * connection finds out whether the server can be reached; and only when that one was answered, and the old
 * socket still shows no life, the old one is reset and replaced. So recovery does not wait for TCP's back-off
 * on the old socket, and a server that is slow with one call is not mistaken for a lost one. (One that does
 * nothing else on a connection meanwhile may be: each such mistake doubles the patience until a reply comes.)
 */
import { type Span, spanOf } from "../../xdr/mod.js";
import { authNone } from "../msg/auth.js";
import { callTemplate, sealCall, setCallXid } from "../msg/call.js";
import { RecordReader } from "../record.js";
import type { Call } from "./call.js";
import { resend, sendRecord } from "./calls.js";
import type { ProbeStage } from "./clnt.states.js";
import { attemptMs, onProtocolError, onReply, replace } from "./connection.js";
import type { Machine } from "./machine.js";
import type { Xprt } from "./xprt.js";

/** Repeated replacements without a reply stretch the patience up to this. */
const MOST_PATIENCE_MS = 60_000;

/** `checkAt` has come: is the connection silent? */
export function onCheck(m: Machine, x: Xprt): void {
  x.checkAt = Number.POSITIVE_INFINITY;
  if (x.state !== "connected" || x.pending === 0 || x.probe.stage !== "none") return;
  if (m.config.kind === "stream" && m.now - Math.max(x.recordAt, x.busySince) >= m.config.recordMs) {
    return onProtocolError(m, x, `no record ended for ${m.config.recordMs / 1000} s`);
  }
  const patience = Math.min(m.config.probe.afterMs * (1 << Math.min(x.replacements, 10)), MOST_PATIENCE_MS);
  const at = Math.max(x.heardAt ?? 0, x.busySince) + patience;
  if (at > m.now) {
    x.checkAt = at;
    m.arm(at);
    return;
  }
  x.probe.since = m.now;
  x.probe.attempts = 0;
  ping(m, x);
}

/** The in-band question. When the send buffer is full it would not leave anyway. */
function ping(m: Machine, x: Xprt): void {
  if (x.unsent < m.config.sendBufferBytes) sendRecord(m, x, nullCall(m, x).record);
  stage(m, x, "ping", m.now + Math.max(m.config.probe.pingMs, 4 * x.connectMs));
}

export function onProbeTimer(m: Machine, x: Xprt): void {
  // Nobody waits any more: the next call will ask anew.
  if (x.pending === 0) return m.endProbe(x);
  switch (x.probe.stage) {
    case "ping":
      if (m.config.kind === "datagram") return ping(m, x);
      return connectProbe(m, x);
    case "connecting":
    case "calling":
      m.emit({ type: "abort", cookie: x.probe.cookie });
      return onProbeFailed(m, x, "ETIMEDOUT");
    case "pause":
      return connectProbe(m, x);
    case "verdict":
      return replace(m, x);
  }
}

function connectProbe(m: Machine, x: Xprt): void {
  const { probe } = x;
  probe.cookie = m.newCookie();
  probe.attempts++;
  stage(m, x, "connecting", m.now + attemptMs(m, x, x.probe.attempts - 1));
  if (probe.attempts === 1) m.note(x, "probe-started", undefined, probe.cookie);
  m.emit({ type: "connect", cookie: probe.cookie, xprt: x.id, localPort: undefined, probe: true });
}

export function onProbeEstablished(m: Machine, x: Xprt): void {
  const { xid, record } = nullCall(m, x);
  x.probe.xid = xid;
  x.probe.reader = new RecordReader({ maxRecordBytes: 1024 });
  stage(m, x, "calling", m.now + attemptMs(m, x, x.probe.attempts - 1));
  m.emit({ type: "send", cookie: x.probe.cookie, record });
}

/** Any reply record on the probe's connection is an answer: something that speaks RPC was reached. */
export function onProbeAnswered(m: Machine, x: Xprt): void {
  m.note(x, "probe-answered", undefined, x.probe.cookie);
  m.emit({ type: "shutdown", cookie: x.probe.cookie });
  x.probe.cookie = 0;
  x.probe.reader = undefined;
  stage(m, x, "verdict", m.now + Math.max(m.config.probe.graceMs, 2 * x.connectMs));
}

export function onProbeFailed(m: Machine, x: Xprt, code: string): void {
  const { probe } = x;
  if (code !== probe.lastFailure) m.note(x, "probe-failed", code, probe.cookie);
  probe.lastFailure = code;
  probe.cookie = 0;
  probe.reader = undefined;
  stage(m, x, "pause", m.now + m.jitter(m.config.probe.everyMs));
}

/** Bytes came on the questioned connection: it lives. */
export function onHeard(m: Machine, x: Xprt): void {
  if (x.probe.stage === "none") return;
  const { since } = x.probe;
  m.endProbe(x);
  x.checkAt = m.now + m.config.probe.afterMs;
  m.arm(x.checkAt);
  if (m.config.kind === "stream") return;
  // Datagrams sent into the outage are gone; the server is there again, so they need not wait for their timeouts.
  onReply(x);
  for (const call of m.calls.values()) {
    if (call.xprt === x.id && call.sentAt <= since && call.sentAt < m.now) resend(m, call);
  }
}

function stage(m: Machine, x: Xprt, next: ProbeStage, until: number): void {
  x.probe.stage = next;
  x.probe.until = until;
  m.arm(until);
}

/** A NULL call of the program that is silent, without credentials. */
function nullCall(m: Machine, x: Xprt): { xid: number; record: Span } {
  const { prog, vers } = oldestWithRecord(m, x)?.numbers ?? { prog: 0, vers: 0 };
  const record = nullRecord(prog, vers);
  const xid = m.newPingXid();
  setCallXid(record, xid);
  return { xid, record: spanOf(record) };
}

/** The lowest task's. */
function oldestWithRecord(m: Machine, x: Xprt): Call | undefined {
  const { slots } = m.calls;
  let oldest: Call | undefined;
  for (let i = 0; i < slots.length; i++) {
    const call = slots[i];
    if (call === undefined || call.xprt !== x.id || !call.hasRecord) continue;
    if (oldest === undefined || call.task < oldest.task) oldest = call;
  }
  return oldest;
}

/** The NULL call that was asked for last: a silent server is asked the same again and again. */
let last: { readonly prog: number; readonly vers: number; readonly record: Uint8Array } = {
  prog: -1,
  vers: -1,
  record: new Uint8Array(0),
};

function nullRecord(prog: number, vers: number): Uint8Array {
  if (last.prog !== prog || last.vers !== vers) {
    const record = callTemplate(prog, vers, 0, authNone());
    sealCall(record);
    last = { prog, vers, record };
  }
  return last.record.slice();
}
