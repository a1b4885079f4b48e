/** The life of a call: onto the wire, its timeouts, its one end. */
import type { Span } from "../../xdr/mod.js";
import { setCallXid } from "../msg/call.js";
import type { ClntEvent, Outcome } from "../port.js";
import { MARK_BYTES } from "../record.js";
import { Call, majorSpanMs, nextTimeoutMs } from "./call.js";
import { type CallMove, type CallState, callMove, xprtMove } from "./clnt.states.js";
import type { Machine } from "./machine.js";
import { whyItWaits } from "./snapshot.js";
import type { WaitList, Xprt } from "./xprt.js";

/** A zombie's slot is given back after this, should neither its reply nor the end of its connection come first. */
const ZOMBIE_MS = 60_000;
/** So many senseless replies in a row, and the peer is said to break the protocol. */
const BAD_REPLIES = 5;

const TO_SLOT = callMove("transmit", "slot");
const TO_CONNECT = callMove("transmit", "connect");
const TO_SPACE = callMove("transmit", "space");
const SENT = callMove("transmit", "sent");
const WOKEN = callMove("wake", "ready");
const LOST = callMove("lost", "connect");
const ENDED = callMove("end", "done");
const TO_ZOMBIE = callMove("end", "zombie");
const FORGOTTEN = callMove("forget", "done");
const WANT_DUE = xprtMove("want", "due");
const WANT_BACKOFF = xprtMove("want", "backoff");

export function newCall(m: Machine, ev: ClntEvent & { type: "call" }): void {
  const xid = m.xidOf(ev.task);
  const call = new Call(xid, ev.task, ev.tag, pickXprt(m), ev.record, ev.policy, ev.deadline, m.now);
  if (m.closed) {
    settle(m, call, { type: "unanswered", code: "ECLOSED", sent: "never", attempts: 0 });
    return;
  }
  setCallXid(ev.record.bytes, xid, ev.record.start);
  m.calls.set(ev.task, call);
  m.arm(call.timerAt);
  transmit(m, call);
}

/** The transport with the fewest calls pending, round about among equals. */
function pickXprt(m: Machine): number {
  const n = m.xprts.length;
  if (n === 1) return 0;
  let best = -1;
  for (let i = 1; i <= n; i++) {
    const id = (m.lastXprt + i) % n;
    if (best < 0 || load(m.xprts[id]!) < load(m.xprts[best]!)) best = id;
  }
  m.lastXprt = best;
  return best;
}

function load(x: Xprt): number {
  return x.used + (x.state === "connected" ? 0 : 1);
}

/** Puts a call on the wire, or on the one list of what it has to wait for. Waiters of the same kind go first. */
export function transmit(m: Machine, call: Call): void {
  const x = m.xprtOf(call);
  if (!call.hasSlot) {
    if (x.used >= m.config.slots) return wait(m, call, TO_SLOT, x.waiting.slot);
    call.hasSlot = true;
    x.used++;
  }
  if (x.state !== "connected") {
    wait(m, call, TO_CONNECT, x.waiting.connect);
    want(m, x);
    return;
  }
  if (x.unsent >= m.config.sendBufferBytes) return wait(m, call, TO_SPACE, x.waiting.space);
  m.goCall(call, SENT);
  send(m, x, call);
}

function send(m: Machine, x: Xprt, call: Call): void {
  call.attempts++;
  call.sentAt = m.now;
  call.timeoutAt = m.now + call.timeoutMs;
  m.arm(call.timerAt);
  sendRecord(m, x, call.record);
}

/** Hands a record to the present connection, and sees to it that silence is noticed. */
export function sendRecord(m: Machine, x: Xprt, whole: Span): void {
  const record = m.config.kind === "datagram" ? { ...whole, start: whole.start + MARK_BYTES } : whole;
  const bytes = record.end - record.start;
  x.unsent += bytes;
  x.bytesSent += bytes;
  if (x.checkAt === Number.POSITIVE_INFINITY && x.probe.stage === "none" && m.config.probe.enabled) {
    x.checkAt = m.now + m.config.probe.afterMs;
    m.arm(x.checkAt);
  }
  m.emit({ type: "send", cookie: x.cookie, record });
}

function wait(m: Machine, call: Call, move: CallMove, list: WaitList): void {
  m.goCall(call, move);
  const state = move.to;
  // In a long outage calls come and are given up: what they leave in the list must not pile up.
  if (list.length > 2 * m.calls.size + 1024) list.keep((task) => m.calls.get(task)?.state === state);
  list.push(call.task);
}

/** A call needs the connection: the connect work is due, once, and not before the last failure's pause is over. */
export function want(m: Machine, x: Xprt): void {
  if (x.state !== "idle") return;
  if (m.now < x.restUntil) return m.go(x, WANT_BACKOFF, x.restUntil);
  m.go(x, WANT_DUE);
  m.emit({ type: "schedule", work: { kind: "connect", xprt: x.id } });
}

/** The oldest call that really waits in this list; stale entries are dropped on the way. */
export function firstWaiter(m: Machine, list: WaitList, state: CallState): Call | undefined {
  for (let task = list.peek(); task !== undefined; task = list.peek()) {
    const call = m.calls.get(task);
    if (call?.state === state) return call;
    list.shift();
  }
  return undefined;
}

/** What up to `most` waiters of a list waited for is there: they are put into the run queue. */
export function wake(m: Machine, list: WaitList, state: CallState, most: number): void {
  for (let n = 0; n < most; n++) {
    const call = firstWaiter(m, list, state);
    if (call === undefined) return;
    list.shift();
    m.goCall(call, WOKEN);
    m.emit({ type: "schedule", work: { kind: "task", task: call.task } });
  }
}

/** The OS took bytes. Half a buffer of room wakes the waiters for space. */
export function onWritable(m: Machine, x: Xprt, bytes: number): void {
  x.unsent = Math.max(0, x.unsent - bytes);
  if (!x.waiting.space.isEmpty && x.unsent <= m.config.sendBufferBytes / 2) {
    wake(m, x.waiting.space, "space", Number.POSITIVE_INFINITY);
  }
}

/** The run queue reached a woken call. It may be gone by now; what it waited for may be gone again. */
export function runTask(m: Machine, task: number): void {
  const call = m.calls.get(task);
  if (call?.state === "ready") transmit(m, call);
}

/** The connection under these calls is gone: they wait for the next one; nobody waits for a zombie's reply any more. */
export function onConnectionLost(m: Machine, x: Xprt): void {
  x.waiting.space.clear();
  for (const call of m.calls.values()) {
    if (call.xprt !== x.id) continue;
    if (call.state === "zombie") forget(m, call);
    else if (call.state === "sent" || call.state === "space") {
      m.goCall(call, LOST);
      x.waiting.connect.push(call.task);
    }
  }
}

export function onCallTimer(m: Machine, call: Call): void {
  if (call.state === "zombie") return forget(m, call);
  if (call.deadline !== undefined && m.now >= call.deadline)
    return end(m, call, "ETIMEDOUT", whyItWaits(m, call));
  const { policy } = call;
  if (m.now >= call.majorAt) {
    if (policy.mode !== "hard")
      return end(m, call, policy.mode === "soft" ? "EIO" : "ETIMEDOUT", whyItWaits(m, call));
    if (!m.silent) {
      m.silent = true;
      m.emit({ type: "notice", notice: { kind: "not-responding", task: call.task } });
    }
    call.timeoutMs = policy.timeoMs;
    call.majorAt = m.now + majorSpanMs(policy);
    // It may have gone out a moment ago, on a new connection.
    if (m.now < call.timeoutAt) return m.arm(call.timerAt);
  } else {
    call.timeoutMs = nextTimeoutMs(policy, call.timeoutMs);
  }
  call.timeoutAt = m.now + call.timeoutMs;
  m.arm(call.timerAt);
  resend(m, call);
}

/** The same record, xid included, once more. Useless while the last one has not left, or the path is in question. */
export function resend(m: Machine, call: Call): void {
  const x = m.xprtOf(call);
  if (call.state !== "sent" || x.state !== "connected") return;
  if (m.config.kind === "stream" && (x.unsent > 0 || x.probe.stage !== "none")) return;
  m.goCall(call, SENT);
  send(m, x, call);
}

export function cancel(m: Machine, task: number): void {
  const call = m.calls.get(task);
  if (call !== undefined && call.state !== "zombie") end(m, call, "ECANCELED");
}

/** Ends a call that nobody answered. If its reply may still come, its xid and slot stay taken. */
export function end(m: Machine, call: Call, code: string, why?: string): void {
  const { attempts } = call;
  const sent = attempts > 0 ? "maybe" : "never";
  settle(m, call, { type: "unanswered", code, sent, attempts, ...(why === undefined ? {} : { why }) });
  if (call.state !== "sent") return remove(m, call);
  m.goCall(call, TO_ZOMBIE);
  call.dropRecord();
  const until = m.now + ZOMBIE_MS;
  call.timeoutAt = until;
  call.majorAt = until;
  call.deadline = until;
  m.arm(until);
}

/** Ends a call with what the server said. */
export function answer(m: Machine, call: Call, outcome: Outcome): void {
  settle(m, call, outcome);
  remove(m, call);
}

/** A reply with our xid and a senseless header. True when the call was given up for it. */
export function onBadReply(m: Machine, call: Call): boolean {
  if (++call.badReplies < BAD_REPLIES) return false;
  end(m, call, "EPROTO");
  return true;
}

export function forget(m: Machine, call: Call): void {
  m.goCall(call, FORGOTTEN);
  release(m, call);
}

function settle(m: Machine, call: Call, outcome: Outcome): void {
  m.emit({ type: "settle", task: call.task, tag: call.tag, outcome });
}

function remove(m: Machine, call: Call): void {
  m.goCall(call, ENDED);
  release(m, call);
}

function release(m: Machine, call: Call): void {
  m.calls.delete(call.task);
  const x = m.xprtOf(call);
  if (call.hasSlot) x.used--;
  // Also for a call without one: it may have been woken for a free slot, and ended before it ran.
  if (!x.waiting.slot.isEmpty && x.used < m.config.slots) wake(m, x.waiting.slot, "slot", 1);
}
