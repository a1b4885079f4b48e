/** What people see: every wait with its owner, its reason and its end. */
import type { CallSnapshot, ClntSnapshot, Instant, WaitReason, XprtSnapshot } from "../port.js";
import type { Call } from "./call.js";
import type { Machine } from "./machine.js";
import type { Xprt } from "./xprt.js";

export function snapshotOf(m: Machine, now: Instant): ClntSnapshot {
  const calls: CallSnapshot[] = [];
  for (const call of m.calls.values()) if (call.state !== "zombie") calls.push(callSnapshot(m, call, now));
  return { now, calls, xprts: m.xprts.map((x) => xprtSnapshot(m, x, now)) };
}

function callSnapshot(m: Machine, call: Call, now: Instant): CallSnapshot {
  return {
    task: call.task,
    tag: call.tag,
    xid: call.xid,
    xprt: call.xprt,
    ...call.numbers,
    state: call.state,
    ageMs: now - call.startedAt,
    attempts: call.attempts,
    reason: callReason(m, call, now),
    deadline: call.deadline,
  };
}

function xprtSnapshot(m: Machine, x: Xprt, now: Instant): XprtSnapshot {
  return {
    xprt: x.id,
    state: x.state,
    cookie: x.cookie || undefined,
    localPort: x.localPort || undefined,
    inFlight: x.used,
    connects: x.connects,
    bytesSent: x.bytesSent,
    bytesReceived: x.bytesReceived,
    heardAt: x.heardAt,
    reason: xprtReason(m, x, now),
    history: x.history.slice(),
  };
}

/** The line a person reads of what a call waits for now. */
export function whyItWaits(m: Machine, call: Call): string {
  return callReason(m, call, m.now).text;
}

function callReason(m: Machine, call: Call, now: Instant): WaitReason {
  const x = m.xprtOf(call);
  const since = call.stateSince;
  switch (call.state) {
    case "slot":
      return reason(
        "slot",
        `waiting for a free slot: all ${m.config.slots} calls of the transport are in flight`,
        since,
      );
    case "connect":
      return xprtReason(m, x, now) ?? reason("running", "about to connect", since);
    case "space":
      return reason("space", `${x.unsent} bytes wait in the socket's send buffer; nothing more fits`, since);
    case "sent":
      return xprtReason(m, x, now) ?? replyReason(x, call, now);
    default:
      return reason("running", "about to be sent", since);
  }
}

function replyReason(x: Xprt, call: Call, now: Instant): WaitReason {
  const heard = x.heardAt === undefined ? "" : `, server last heard ${secs(now - x.heardAt)} ago`;
  return reason(
    "reply",
    `sent ${secs(now - call.sentAt)} ago, waiting for the reply${heard}`,
    call.sentAt,
    call.timerAt,
  );
}

/** Why everything on this transport waits; undefined when the transport is fine. */
function xprtReason(m: Machine, x: Xprt, now: Instant): WaitReason | undefined {
  const { server } = m.config;
  const why = x.lastFailure === "" ? "" : `; before that: ${x.lastFailure}`;
  switch (x.state) {
    case "idle":
    case "closed":
      return undefined;
    case "due":
      return reason("running", `about to connect to ${server}${why}`, x.stateSince);
    case "connecting": {
      const text = `connecting to ${server} for ${secs(now - x.stateSince)} (attempt ${x.failures + 1}${why})`;
      return reason("connecting", text, x.stateSince, x.timerAt);
    }
    case "disconnecting":
      return reason("closing", `${server} closed the connection; about to reconnect`, x.stateSince);
    case "backoff": {
      const text = `connection to ${server} failed ${times(x.failures)} (${x.lastFailure}); next attempt in ${secs(x.timerAt - now)}`;
      return reason("backoff", text, x.stateSince, x.timerAt);
    }
    case "connected":
      return silenceReason(m, x, now);
  }
}

function silenceReason(m: Machine, x: Xprt, now: Instant): WaitReason | undefined {
  const { probe } = x;
  if (probe.stage === "none") return undefined;
  const since = Math.max(x.heardAt ?? 0, x.busySince);
  const nothing = `nothing heard from ${m.config.server} for ${secs(now - since)}`;
  return reason("silent", `${nothing}; ${probing(probe, now)}`, since, probe.until);
}

function probing({ stage, attempts, lastFailure, until }: Xprt["probe"], now: Instant): string {
  const failed = lastFailure === "" ? "" : ` (last: ${lastFailure})`;
  switch (stage) {
    case "none":
      return "";
    case "ping":
      return "asking on the connection whether it is alive";
    case "connecting":
      return `probe ${attempts} of the path is connecting${failed}`;
    case "calling":
      return `probe ${attempts} of the path is connected and waits for its answer`;
    case "pause":
      return `probe ${attempts} of the path failed${failed}, next in ${secs(until - now)}`;
    case "verdict":
      return "the path works again, about to replace the stuck connection";
  }
}

function reason(code: WaitReason["code"], text: string, since: Instant, until?: Instant): WaitReason {
  return { code, text, since, until: until === Number.POSITIVE_INFINITY ? undefined : until };
}

function secs(ms: number): string {
  // Not `toFixed`, which takes longer than the rest of the line.
  const tenths = Math.round(Math.max(0, ms) / 100);
  return `${Math.floor(tenths / 10)}.${tenths % 10} s`;
}

function times(n: number): string {
  return n === 1 ? "once" : `${n} times`;
}
