/**
 * The duplicate-request cache: calls that must not run twice, and what they were answered. A client that lost its
 * connection sends its calls again, from the same port and with the same xid, and cannot know whether they ran.
 */
import type { Span } from "../../xdr/mod.js";
import type { Instant } from "../port.js";
import type { Call, ConnId, SvcLimits } from "./port.js";

/** A call that is being executed. */
export interface Running {
  /** Who is told its answer: the connection it came on, then those it was sent again on. */
  readonly conns: ConnId[];
}

/** A call that was executed. */
export interface Answered {
  /** The reply, its mark included; undefined: it was too long to be kept. */
  readonly reply: Uint8Array | undefined;
  readonly at: Instant;
}

/** Plain data. Answered calls are bounded by number, bytes and age, running ones by the server's calls in flight. */
export class ReplyCache {
  readonly running = new Map<string, Running>();
  /** In the order of their answers. */
  readonly answered = new Map<string, Answered>();
  /** Of all replies that are kept. */
  bytes = 0;
  /** Resends that were answered from here, and those that waited for a running call's answer. */
  hits = 0;
  joins = 0;
  /** Answers that were dropped before their time, for want of room. */
  evicted = 0;

  clone(): ReplyCache {
    const copy = new ReplyCache();
    for (const [key, { conns }] of this.running) copy.running.set(key, { conns: conns.slice() });
    for (const [key, entry] of this.answered) copy.answered.set(key, entry);
    copy.bytes = this.bytes;
    copy.hits = this.hits;
    copy.joins = this.joins;
    copy.evicted = this.evicted;
    return copy;
  }

  /** The answer of a call, if it was executed lately. */
  find(key: string, now: Instant, limits: SvcLimits): Answered | undefined {
    this.#expire(now, limits);
    return this.answered.get(key);
  }

  /** A call begins to run. */
  begin(key: string, { conn }: Call): void {
    this.running.set(key, { conns: [conn] });
  }

  /** It did not run after all. Returns who else waits for what it is told. */
  forget(key: string): readonly ConnId[] {
    const others = this.running.get(key)?.conns.slice(1) ?? [];
    this.running.delete(key);
    return others;
  }

  /** It ran, and this is its answer. Returns who else waits for it. */
  finish(key: string, reply: Uint8Array, now: Instant, limits: SvcLimits): readonly ConnId[] {
    const others = this.forget(key);
    const kept = reply.length <= limits.cachedReplyBytes ? reply : undefined;
    this.answered.set(key, { reply: kept, at: now });
    this.bytes += kept?.length ?? 0;
    this.#expire(now, limits);
    for (const oldest of this.answered.keys()) {
      if (this.answered.size <= limits.cachedReplies && this.bytes <= limits.cachedBytes) break;
      this.#drop(oldest);
      this.evicted++;
    }
    return others;
  }

  #expire(now: Instant, { cachedMs }: SvcLimits): void {
    for (const [key, { at }] of this.answered) {
      if (now - at < cachedMs) return;
      this.#drop(key);
    }
  }

  #drop(key: string): void {
    this.bytes -= this.answered.get(key)?.reply?.length ?? 0;
    this.answered.delete(key);
  }
}

/** Of longer calls only so many bytes tell one from another, and their length. */
const HASHED_BYTES = 1024;

/**
 * What makes two calls the same: who sent it from which port, its xid, and every byte of it, credential included, so
 * that an xid that is used again is another call, and nobody is shown what another user was answered.
 */
export function callKey({ peer, record }: Call): string {
  const { address, port, transport } = peer;
  return `${transport} ${address} ${port} ${record.end - record.start} ${hashOf(record)}`;
}

/** Two lanes of 32 bits over the call, xid first. */
function hashOf({ bytes, start, end }: Span): string {
  let a = 0x811c9dc5;
  let b = 0x2545f491;
  const last = Math.min(end, start + HASHED_BYTES);
  for (let i = start; i < last; i++) {
    a = Math.imul(a ^ bytes[i]!, 0x01000193);
    b = Math.imul(b + bytes[i]!, 0x85ebca6b);
    b ^= b >>> 13;
  }
  const xid =
    (bytes[start]! << 24) | (bytes[start + 1]! << 16) | (bytes[start + 2]! << 8) | bytes[start + 3]!;
  return `${xid >>> 0} ${a >>> 0} ${b >>> 0}`;
}
