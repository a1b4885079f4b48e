import { type Span, spanOf, viewOf } from "../../xdr/mod.js";
import { parseReply, replyXid, resultsStart } from "../msg/mod.js";
import type { ClntEffect, ClntEvent, ClntSnapshot, Cookie, Instant, TaskId, Work } from "../port.js";
import { RecordError } from "../record.js";
import {
  answer,
  cancel,
  end,
  forget,
  newCall,
  onBadReply,
  onCallTimer,
  onWritable,
  runTask,
} from "./calls.js";
import type { ClntConfig } from "./config.js";
import {
  closeXprt,
  onEstablished,
  onFin,
  onProtocolError,
  onReply,
  onSocketError,
  onXprtTimer,
  runConnect,
  runDisconnect,
} from "./connection.js";
import { Machine } from "./machine.js";
import {
  onCheck,
  onHeard,
  onProbeAnswered,
  onProbeEstablished,
  onProbeFailed,
  onProbeTimer,
} from "./probe.js";
import { snapshotOf } from "./snapshot.js";
import type { Xprt } from "./xprt.js";

/**
 * The ONC RPC client (RFC 5531) without I/O: calls, transports and their reconnects. One door in, one door
 * out: {@link Clnt.step}; {@link Clnt.deadline} says when it wants a `deadline` event at the latest. It reads
 * no clock, owns no socket and calls nobody back. Its state is plain data and has a cheap copy.
 */
export class Clnt {
  readonly #m: Machine;

  constructor(config: ClntConfig, now: Instant, machine = new Machine(config, now)) {
    this.#m = machine;
  }

  /** When a `deadline` event is wanted; a lower bound, so it may find nothing to do. */
  get deadline(): Instant | undefined {
    const { timerAt } = this.#m;
    return timerAt === Number.POSITIVE_INFINITY ? undefined : timerAt;
  }

  /** Whether a task's number is taken: its call is in the table. */
  has(task: TaskId): boolean {
    return this.#m.calls.has(task);
  }

  /** Calls in the table: in flight, waiting, or given up with their reply still to come. */
  get size(): number {
    return this.#m.calls.size;
  }

  /** Takes one event; returns what is to be done, in this order. Throws only InvariantError. */
  step(now: Instant, event: ClntEvent): readonly ClntEffect[] {
    const m = this.#m;
    m.now = now;
    switch (event.type) {
      case "call":
        newCall(m, event);
        break;
      case "cancel":
        cancel(m, event.task);
        break;
      case "deadline":
        this.#onDeadline();
        break;
      case "run":
        this.#onRun(event.work);
        break;
      case "close":
        this.#onClose();
        break;
      default:
        this.#onSocketEvent(event);
    }
    return m.takeEffects();
  }

  /** Where the next bytes of a connection are best received: then they need no copy. Undefined: anywhere. */
  room(cookie: Cookie): Uint8Array | undefined {
    for (const x of this.#m.xprts) if (x.cookie === cookie) return x.reader?.room();
    return undefined;
  }

  /** Gives the memory of a reply record back for the next large reply. Nobody holds a view of it any more. */
  recycle(record: Span): void {
    this.#m.pool.recycle(record);
  }

  /** What is in flight, how old it is and why it waits. */
  snapshot(now: Instant): ClntSnapshot {
    return snapshotOf(this.#m, now);
  }

  /** An independent copy in the same state. */
  clone(): Clnt {
    return new Clnt(this.#m.config, this.#m.now, this.#m.clone());
  }

  /** The one place where events of dead sockets are dropped (design rule 2). */
  #onSocketEvent(event: ClntEvent & { cookie: Cookie }): void {
    const { xprts } = this.#m;
    for (let i = 0; i < xprts.length; i++) {
      const x = xprts[i]!;
      if (x.cookie === event.cookie) return this.#onXprtEvent(x, event);
      if (x.probe.cookie === event.cookie) return this.#onProbeEvent(x, event);
    }
  }

  #onXprtEvent(x: Xprt, event: ClntEvent & { cookie: Cookie }): void {
    const m = this.#m;
    switch (event.type) {
      case "established":
        if (x.state === "connecting") onEstablished(m, x, event.localPort);
        return;
      case "data":
        return this.#onData(x, event.bytes);
      case "writable":
        return onWritable(m, x, event.bytes);
      case "fin":
        return onFin(m, x);
      case "error":
        if (m.config.kind === "datagram" && x.state === "connected")
          return this.#onDatagramError(x, event.code);
        return onSocketError(m, x, event.code);
    }
  }

  #onProbeEvent(x: Xprt, event: ClntEvent & { cookie: Cookie }): void {
    const m = this.#m;
    switch (event.type) {
      case "established":
        return onProbeEstablished(m, x);
      case "data": {
        const { reader } = x.probe;
        reader?.push(event.bytes);
        if (reader !== undefined && reader.ready > 0) onProbeAnswered(m, x);
        return;
      }
      case "fin":
        m.emit({ type: "abort", cookie: event.cookie });
        return onProbeFailed(m, x, "closed by the server");
      case "error":
        return onProbeFailed(m, x, event.code);
    }
  }

  #onData(x: Xprt, bytes: Uint8Array): void {
    const m = this.#m;
    x.heardAt = m.now;
    x.bytesReceived += bytes.length;
    if (m.config.kind === "datagram") {
      // What it answers need not be sent again.
      this.#onRecord(x, spanOf(bytes));
      return onHeard(m, x);
    }
    onHeard(m, x);
    const { reader } = x;
    if (reader === undefined) return;
    reader.push(bytes);
    try {
      // A senseless record ends the connection, and with it this loop.
      for (let record = reader.next(); record !== undefined; record = reader.next()) {
        this.#onRecord(x, record);
        if (x.reader !== reader) return;
      }
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      onProtocolError(m, x, error.message);
    }
  }

  #onRecord(x: Xprt, record: Span): void {
    const { bytes, start: first, end: last } = record;
    const m = this.#m;
    x.recordAt = m.now;
    const xid = replyXid(bytes, first, last);
    if (xid === undefined) return this.#onSenseless(x, "a record that is no reply");
    const call = m.calls.get(m.taskOf(xid));
    // Late, or the answer to a ping, or never asked for.
    if (call === undefined || call.attempts === 0) return;
    if (call.state === "zombie") {
      onReply(x);
      return forget(m, call);
    }
    const { attempts } = call;
    const start = resultsStart(bytes, first, last);
    if (start >= 0) {
      answer(m, call, { type: "accepted", record, start, attempts });
    } else {
      const reply = parseReply(viewOf(record));
      if (reply.kind === "bad") {
        onBadReply(m, call);
        return this.#onSenseless(x, reply.why);
      }
      if (reply.kind === "refused") answer(m, call, { type: "refused", stat: reply.stat, attempts });
    }
    onReply(x);
    x.replacements = 0;
    if (m.silent) {
      m.silent = false;
      m.emit({ type: "notice", notice: { kind: "responding" } });
    }
  }

  #onSenseless(x: Xprt, why: string): void {
    if (this.#m.config.kind === "stream") onProtocolError(this.#m, x, why);
    else this.#m.note(x, "bad-record", why);
  }

  /** ICMP said something about one of the datagrams: transient, unless the callers want to know at once. */
  #onDatagramError(x: Xprt, code: string): void {
    const m = this.#m;
    if (x.lastFailure !== code) m.note(x, "socket-error", code);
    x.lastFailure = code;
    for (const call of m.calls.values()) {
      if (call.xprt === x.id && call.state === "sent" && call.policy.softconn) end(m, call, code);
    }
  }

  #onRun(work: Work): void {
    const m = this.#m;
    switch (work.kind) {
      case "task":
        return runTask(m, work.task);
      case "connect":
        return runConnect(m, m.xprts[work.xprt]!);
      case "disconnect":
        return runDisconnect(m, m.xprts[work.xprt]!, work.cookie);
    }
  }

  #onDeadline(): void {
    const m = this.#m;
    if (m.now < m.timerAt) return;
    m.timerAt = Number.POSITIVE_INFINITY;
    if (callIsDue(m)) {
      for (const call of m.calls.values()) if (call.timerAt <= m.now) onCallTimer(m, call);
    }
    for (const x of m.xprts) {
      if (x.timerAt <= m.now) onXprtTimer(m, x);
      if (x.checkAt <= m.now) onCheck(m, x);
      if (x.probe.until <= m.now) onProbeTimer(m, x);
      m.arm(Math.min(x.timerAt, x.checkAt, x.probe.until));
    }
  }

  #onClose(): void {
    const m = this.#m;
    m.closed = true;
    for (const call of m.calls.values()) if (call.state !== "zombie") end(m, call, "ECLOSED");
    for (const x of m.xprts) {
      m.endProbe(x);
      closeXprt(m, x);
    }
    for (const call of m.calls.values()) if (call.state === "zombie") forget(m, call);
    m.timerAt = Number.POSITIVE_INFINITY;
  }
}

/** Arms the timers of all calls that are not due; whether one is. */
function callIsDue(m: Machine): boolean {
  const { slots } = m.calls;
  let isDue = false;
  for (let i = 0; i < slots.length; i++) {
    const call = slots[i];
    if (call === undefined) continue;
    const at = call.timerAt;
    if (at <= m.now) isDue = true;
    else m.arm(at);
  }
  return isDue;
}
