/** Calls that must not run twice, between the core and its {@link ReplyCache}. */
import { refusalReply } from "../msg/mod.js";
import { uint32At } from "../msg/wire.js";
import type { Instant } from "../port.js";
import { MARK_BYTES } from "../record.js";
import type { Conn } from "./conn.js";
import type { Outbox } from "./outbox.js";
import type { Call, ConnId, Peer, SvcLimits } from "./port.js";
import { callKey } from "./reply-cache.js";
import type { Tail } from "./service.js";
import type { SvcState } from "./state.js";

/** Was this call here before? Then it gets, or waits for, the answer of the first, and is not to be run. */
export function isResend(
  s: SvcState,
  limits: SvcLimits,
  out: Outbox,
  now: Instant,
  conn: Conn,
  call: Call,
): boolean {
  const { cache } = s;
  const key = callKey(call);
  const answered = cache.find(key, now, limits);
  if (answered !== undefined) {
    cache.hits++;
    const reply = answered.reply;
    const fits = reply !== undefined && (conn.kind === "stream" || fitsDatagram(reply, limits));
    out.send(now, conn, fits ? reply : refusalReply(call.xid, { code: "SYSTEM_ERR" }), call.peer);
    return true;
  }
  const running = cache.running.get(key);
  if (running === undefined) {
    cache.begin(key, call);
    call.cacheKey = key;
    return false;
  }
  cache.joins++;
  // One reply answers all that came on one connection.
  if (running.conns.includes(conn.id)) return true;
  running.conns.push(conn.id);
  conn.inFlight++;
  s.inFlight++;
  return true;
}

/** The first answer was SYSTEM_ERR, too, if it did not. */
function fitsDatagram(reply: Uint8Array, { datagramBytes }: SvcLimits): boolean {
  return reply.length - MARK_BYTES <= datagramBytes;
}

/** Keeps the replies of those calls that must not run twice. Returns the other connections that were told one. */
export function keepReplies(
  s: SvcState,
  limits: SvcLimits,
  out: Outbox,
  now: Instant,
  calls: readonly Call[],
  bytes: Uint8Array,
  tail: Tail | undefined,
): readonly Conn[] {
  const told: Conn[] = [];
  let at = 0;
  for (const { cacheKey, peer } of calls) {
    const end = at + MARK_BYTES + (uint32At(bytes, at) & 0x7fffffff);
    if (cacheKey !== undefined) {
      const reply = copyOf(bytes, at, end, tail);
      tell(s, out, now, s.cache.finish(cacheKey, reply, now, limits), reply, peer, told);
    }
    at = end;
  }
  return told;
}

/** The same for a call that failed: its refusal is its answer, unless it did not run. */
export function keepRefusal(
  s: SvcState,
  limits: SvcLimits,
  out: Outbox,
  now: Instant,
  { cacheKey, peer }: Call,
  refusal: Uint8Array,
  ran: boolean,
): readonly Conn[] {
  const told: Conn[] = [];
  if (cacheKey === undefined) return told;
  const others = ran ? s.cache.finish(cacheKey, refusal, now, limits) : s.cache.forget(cacheKey);
  tell(s, out, now, others, refusal, peer, told);
  return told;
}

function tell(
  s: SvcState,
  out: Outbox,
  now: Instant,
  others: readonly ConnId[],
  reply: Uint8Array,
  peer: Peer,
  told: Conn[],
): void {
  s.inFlight -= others.length;
  for (const id of others) {
    const conn = s.conns.get(id);
    if (conn === undefined) continue;
    conn.inFlight--;
    out.send(now, conn, reply, peer);
    told.push(conn);
  }
}

/** The reply `bytes[at..end)`; beyond what is there lies the tail, and its padding. */
function copyOf(bytes: Uint8Array, at: number, end: number, tail: Tail | undefined): Uint8Array {
  const reply = new Uint8Array(end - at);
  reply.set(bytes.subarray(at, end));
  if (tail !== undefined && end > bytes.length) reply.set(tail.bytes, bytes.length - at);
  return reply;
}
