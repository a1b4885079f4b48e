import { type Span, spanOf } from "../../xdr/mod.js";
import { InvariantError } from "../errors.js";
import { refusalReply } from "../msg/mod.js";
import type { Instant } from "../port.js";
import { RecordError, RecordPool, RecordReader } from "../record.js";
import { type Conn, fate, go, hasPlace, isClogged, isEased, newConn } from "./conn.js";
import type { ConnInput } from "./conn.states.js";
import { Gate } from "./gate.js";
import { isResend, keepRefusal, keepReplies } from "./once.js";
import { Outbox } from "./outbox.js";
import {
  type Call,
  type ConnId,
  type ConnSnapshot,
  DEFAULT_LIMITS,
  type Peer,
  type SvcEffect,
  type SvcEvent,
  type SvcLimits,
  type SvcNotice,
  type SvcStats,
} from "./port.js";
import type { Service } from "./service.js";
import { SvcState } from "./state.js";

/** So many calls of a new connection may be in flight before the weight of its replies is known. */
const FIRST_CALLS = 32;
const NOBODY: readonly Conn[] = [];

type Gone = Extract<SvcNotice, { kind: "gone" }>["why"];

/**
 * The server core: records in, calls out; answers in, replies out (RFC 5531). Every call that has an xid is
 * answered. Replies leave in the order of their completion. It owns no socket and reads no clock.
 */
export class Svc {
  readonly #limits: SvcLimits;
  readonly #gate: Gate;
  readonly #s: SvcState;
  readonly #out: Outbox;
  readonly #pool = new RecordPool();

  /** `state` is for copies. Throws TypeError when one version of a program is given twice. */
  constructor(services: readonly Service[], limits: Partial<SvcLimits> = {}, state = new SvcState()) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#s = state;
    this.#out = new Outbox(this.#limits, state);
    this.#gate = new Gate(services);
  }

  /** When the core wants a `deadline` event if nothing else happens. May be earlier than needed, never later. */
  get deadline(): Instant | undefined {
    return this.#s.deadline;
  }

  get connections(): number {
    return this.#s.conns.size;
  }

  get inFlight(): number {
    return this.#s.inFlight;
  }

  get stats(): SvcStats {
    const { hits, joins, answered, bytes, evicted } = this.#s.cache;
    const cache = {
      repeated: hits,
      joined: joins,
      cachedReplies: answered.size,
      cachedBytes: bytes,
      evicted,
    };
    return { ...this.#s.stats, ...cache };
  }

  /** Where the next bytes of a stream should be received; undefined: the conn is gone. */
  room(conn: ConnId): Uint8Array | undefined {
    return this.#s.conns.get(conn)?.reader.room();
  }

  snapshot(): readonly ConnSnapshot[] {
    return [...this.#s.conns.values()].map((c) => ({
      conn: c.id,
      peer: c.peer,
      state: c.state,
      inFlight: c.inFlight,
      unsentBytes: c.unsentBytes,
      waiting: c.reader.ready,
      heardAt: c.heardAt,
    }));
  }

  /** Takes one event; returns what is to be done, in order. Events of a conn that is gone are ignored. */
  step(now: Instant, event: SvcEvent): readonly SvcEffect[] {
    switch (event.type) {
      case "data":
        this.#onData(now, event.conn, event.bytes, event.from);
        break;
      case "replied":
        this.#onReplied(now, event);
        break;
      case "writable":
        this.#onWritable(now, event.conn, event.bytes);
        break;
      case "accepted":
        this.#onAccepted(now, event);
        break;
      case "fin":
        this.#end(now, event.conn, "fin", "fin");
        break;
      case "error":
        this.#onError(now, event.conn, event.code);
        break;
      case "failed":
        this.#onFailed(now, event);
        break;
      case "deadline":
        this.#onDeadline(now);
        break;
      case "drain":
        this.#onDrain(now, event.until);
        break;
    }
    return this.#out.take();
  }

  #onAccepted(now: Instant, { conn: id, kind, peer }: Extract<SvcEvent, { type: "accepted" }>): void {
    if (this.#s.conns.has(id)) throw new InvariantError(`server connection ${id} was accepted twice`, now);
    if (this.#s.drainUntil !== undefined || this.#s.conns.size >= this.#limits.connections) {
      if (this.#s.drainUntil === undefined) this.#out.notice({ kind: "too-many-connections", peer });
      this.#out.push({ type: "abort", conn: id });
      return;
    }
    this.#s.stats.connections++;
    const { maxRecordBytes, unsentBytes } = this.#limits;
    const reader = new RecordReader({ maxRecordBytes, pool: this.#pool });
    this.#s.conns.set(id, newConn(id, kind, peer, reader, unsentBytes / FIRST_CALLS, now));
    if (kind === "stream" && this.#limits.idleMs > 0) this.#out.wake(now + this.#limits.idleMs);
  }

  #onData(now: Instant, id: ConnId, bytes: Uint8Array, from: Peer | undefined): void {
    const conn = this.#s.conns.get(id);
    if (conn === undefined || conn.state === "ending") return;
    conn.heardAt = now;
    this.#s.stats.bytesReceived += bytes.length;
    if (conn.kind === "stream") {
      conn.reader.push(bytes);
      this.#admit(now, conn);
      return;
    }
    const peer = from ?? conn.peer;
    // Nobody can be answered at port 0 (RFC 768), and a socket would refuse to try.
    if (peer.transport === "udp" && peer.port === 0) {
      this.#s.stats.dropped++;
      return;
    }
    if (this.#s.inFlight >= this.#limits.calls || conn.unsentBytes > this.#limits.unsentBytes) {
      this.#s.stats.dropped++;
      this.#out.notice({ kind: "overloaded", peer });
      return;
    }
    const calls: Call[] = [];
    this.#take(now, conn, spanOf(bytes), peer, calls);
    if (calls.length > 0) this.#out.push({ type: "invoke", calls });
  }

  #onReplied(now: Instant, { calls, bytes, tail }: Extract<SvcEvent, { type: "replied" }>): void {
    if (calls.length === 0) return;
    for (const call of calls) this.#answered(now, call);
    this.#s.stats.replies += calls.length;
    const told = calls.some(({ cacheKey }) => cacheKey !== undefined)
      ? keepReplies(this.#s, this.#limits, this.#out, now, calls, bytes, tail)
      : NOBODY;
    const { conn: id, peer } = calls[0]!;
    const conn = this.#s.conns.get(id);
    if (conn === undefined) {
      if (tail !== undefined) this.#out.push({ type: "unused", tail });
    } else {
      conn.inFlight -= calls.length;
      // Falls slowly, so that a small reply between large ones does not let too many in.
      const weight = (bytes.length + (tail?.bytes.length ?? 0)) / calls.length;
      conn.replyBytes = Math.max(weight, 0.75 * conn.replyBytes);
      if (conn.kind === "datagram") {
        this.#out.sendDatagram(now, conn, calls[0]!, bytes, tail);
      } else {
        this.#out.send(now, conn, bytes, peer);
        if (tail !== undefined) this.#out.sendTail(now, conn, tail);
      }
      this.#admit(now, conn);
    }
    for (const other of told) this.#admit(now, other);
    this.#feedStarved(now);
  }

  #onFailed(now: Instant, { call, code, error }: Extract<SvcEvent, { type: "failed" }>): void {
    this.#answered(now, call);
    this.#s.stats.failed++;
    if (code === "SYSTEM_ERR") this.#out.notice({ kind: "call-failed", call, error });
    else this.#out.notice({ kind: "refused", peer: call.peer, xid: call.xid, stat: { code } });
    const reply = refusalReply(call.xid, { code });
    // A handler that threw may have done its deed before.
    const ran = code === "SYSTEM_ERR";
    const told = keepRefusal(this.#s, this.#limits, this.#out, now, call, reply, ran);
    const conn = this.#s.conns.get(call.conn);
    if (conn !== undefined) {
      conn.inFlight--;
      this.#out.send(now, conn, reply, call.peer);
      this.#admit(now, conn);
    }
    for (const other of told) this.#admit(now, other);
    this.#feedStarved(now);
  }

  #onWritable(now: Instant, id: ConnId, bytes: number): void {
    const conn = this.#s.conns.get(id);
    if (conn === undefined) return;
    conn.unsentBytes -= bytes;
    conn.progressAt = now;
    this.#s.stats.bytesSent += bytes;
    if (conn.unsentBytes < 0) {
      throw new InvariantError(`server connection ${id}: more bytes were taken than sent`, now);
    }
    this.#admit(now, conn);
  }

  #onError(now: Instant, id: ConnId, code: string): void {
    const conn = this.#s.conns.get(id);
    if (conn === undefined || conn.kind === "datagram") return;
    this.#close(now, conn, "error", "error", "abort", code);
  }

  #onDeadline(now: Instant): void {
    this.#s.deadline = undefined;
    const expired = this.#s.drainUntil !== undefined && now >= this.#s.drainUntil;
    if (this.#s.drainUntil !== undefined && !expired && this.#s.conns.size > 0)
      this.#out.wake(this.#s.drainUntil);
    for (const conn of [...this.#s.conns.values()]) {
      if (expired) {
        this.#close(now, conn, "expire", "expired", "abort");
        continue;
      }
      const end = fate(conn, this.#limits, now);
      if (end === undefined) continue;
      if (end.at > now) this.#out.wake(end.at);
      else this.#close(now, conn, end.why, end.why, end.why === "idle" ? "close" : "abort");
    }
  }

  #onDrain(now: Instant, until: Instant): void {
    this.#s.drainUntil = Math.min(until, this.#s.drainUntil ?? until);
    this.#out.wake(this.#s.drainUntil);
    for (const id of [...this.#s.conns.keys()]) this.#end(now, id, "drain", "drained");
  }

  /** Reads no more; closes when nothing is owed. */
  #end(now: Instant, id: ConnId, input: "fin" | "bad" | "drain", why: Gone): void {
    const conn = this.#s.conns.get(id);
    if (conn === undefined) return;
    // After a FIN there is nothing to read, so nothing to pause.
    if (input !== "fin" && conn.state === "open" && conn.kind === "stream") {
      this.#out.push({ type: "pause", conn: id });
    }
    go(conn, input, now);
    conn.why ??= why;
    this.#admit(now, conn);
  }

  /** Lets in what was received, as far as the limits allow, then stops or continues reading. */
  #admit(now: Instant, conn: Conn): void {
    if (conn.kind === "stream") {
      const calls = this.#takeReceived(now, conn);
      if (calls.length > 0) this.#out.push({ type: "invoke", calls });
      this.#regulate(now, conn);
    }
    if (conn.state !== "ending" || conn.inFlight > 0 || conn.unsentBytes > 0 || conn.reader.ready > 0) return;
    this.#close(now, conn, "settled", conn.why ?? "fin", "close");
  }

  #takeReceived(now: Instant, conn: Conn): Call[] {
    const { calls: allCalls } = this.#limits;
    const calls: Call[] = [];
    try {
      while (hasPlace(conn, this.#limits)) {
        if (this.#s.inFlight >= allCalls) {
          if (conn.reader.ready > 0) this.#s.starved.add(conn.id);
          break;
        }
        const record = conn.reader.next();
        if (record === undefined) break;
        const why = this.#take(now, conn, record, conn.peer, calls);
        if (why !== undefined) this.#bad(now, conn, why);
      }
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      // Told once: in `ending` the reader throws each time it is looked at.
      if (conn.why === "bad-record") return calls;
      this.#s.stats.dropped++;
      this.#bad(now, conn, error.message);
    }
    return calls;
  }

  #bad(now: Instant, conn: Conn, why: string): void {
    this.#out.notice({ kind: "bad-record", peer: conn.peer, why });
    if (conn.state === "open") this.#out.push({ type: "pause", conn: conn.id });
    go(conn, "bad", now);
    conn.why = "bad-record";
  }

  /** One record: a call for `calls`, a refusal, or nothing. Returns what makes a stream unworthy of going on. */
  #take(now: Instant, conn: Conn, record: Span, peer: Peer, calls: Call[]): string | undefined {
    const verdict = this.#gate.read(record, conn.id, peer);
    switch (verdict.kind) {
      case "admit":
        if (verdict.call.served.once && isResend(this.#s, this.#limits, this.#out, now, conn, verdict.call))
          return undefined;
        calls.push(verdict.call);
        conn.inFlight++;
        this.#s.inFlight++;
        this.#s.stats.calls++;
        return undefined;
      case "refuse":
        this.#s.stats.refused++;
        this.#out.notice({ kind: "refused", peer, xid: verdict.xid, stat: verdict.stat });
        this.#out.send(now, conn, refusalReply(verdict.xid, verdict.stat), peer);
        return undefined;
      default:
        this.#s.stats.dropped++;
        return verdict.kind === "bad" ? verdict.why : undefined;
    }
  }

  #answered(now: Instant, call: Call): void {
    if (call.answered) throw new InvariantError(`call 0x${call.xid.toString(16)} was answered twice`, now);
    call.answered = true;
    this.#s.inFlight--;
    if (call.served.service.options.recycleArgs) this.#pool.recycle(call.record);
  }

  #regulate(now: Instant, conn: Conn): void {
    if (conn.state === "open" && isClogged(conn, this.#limits)) {
      go(conn, "clog", now);
      this.#out.push({ type: "pause", conn: conn.id });
    } else if (conn.state === "paused" && isEased(conn, this.#limits)) {
      go(conn, "ease", now);
      conn.heardAt = now;
      this.#out.push({ type: "resume", conn: conn.id });
    }
  }

  #feedStarved(now: Instant): void {
    const { starved, conns } = this.#s;
    if (starved.size === 0) return;
    for (const id of [...starved]) {
      if (this.#s.inFlight >= this.#limits.calls) return;
      starved.delete(id);
      this.#admit(now, conns.get(id)!);
    }
  }

  #close(now: Instant, conn: Conn, input: ConnInput, why: Gone, how: "close" | "abort", code?: string): void {
    go(conn, input, now);
    this.#s.conns.delete(conn.id);
    this.#s.starved.delete(conn.id);
    this.#out.push({ type: how, conn: conn.id });
    this.#out.notice({ kind: "gone", peer: conn.peer, why, code });
  }
}
