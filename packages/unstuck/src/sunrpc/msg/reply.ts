import { XdrWriter } from "../../xdr/mod.js";
import type { Refusal } from "../port.js";
import { MARK_BYTES, writeMark } from "../record.js";
import { AUTH_STATS, MAX_AUTH_BYTES } from "./auth.js";
import {
  ACCEPT_STATS,
  MSG_ACCEPTED,
  MSG_DENIED,
  padded,
  REJECT_STATS,
  REPLY,
  RPC_VERSION,
  uint32At,
} from "./wire.js";

/** Bytes of the header of a successful reply with an AUTH_NONE verifier, without the mark. */
export const SUCCESS_HEADER_BYTES = 24;

/** The xid of a reply record (without mark), or undefined when it is no reply: too short, or another message type. */
export function replyXid(record: Uint8Array): number | undefined {
  return record.length >= 8 && uint32At(record, 4) === REPLY ? uint32At(record, 0) : undefined;
}

/**
 * Where the results begin in a reply record (without mark) that is MSG_ACCEPTED and SUCCESS; -1 for every
 * other record, which {@link parseReply} then explains. Allocates nothing.
 */
export function resultsStart(record: Uint8Array): number {
  const end = record.length;
  if (end < SUCCESS_HEADER_BYTES || uint32At(record, 4) !== REPLY || uint32At(record, 8) !== MSG_ACCEPTED)
    return -1;
  const verfBytes = uint32At(record, 16);
  if (verfBytes > MAX_AUTH_BYTES) return -1;
  const stat = 20 + padded(verfBytes);
  return stat + 4 <= end && uint32At(record, stat) === 0 ? stat + 4 : -1;
}

export type ParsedReply =
  /** MSG_ACCEPTED, SUCCESS: `record[start..]` are the results. */
  | { readonly kind: "accepted"; readonly start: number }
  | { readonly kind: "refused"; readonly stat: Refusal }
  /** Not a reply as RFC 5531 §9 has them. */
  | { readonly kind: "bad"; readonly why: string };

/** Reads the header of a reply from a record without mark. Never throws. */
export function parseReply(record: Uint8Array): ParsedReply {
  const start = resultsStart(record);
  if (start >= 0) return { kind: "accepted", start };
  if (record.length < 12) return bad("ends inside its header");
  if (uint32At(record, 4) !== REPLY) return bad("is not a reply");
  const status = uint32At(record, 8);
  if (status === MSG_ACCEPTED) return parseAccepted(record);
  if (status === MSG_DENIED) return parseDenied(record);
  return bad(`has the unknown reply_stat ${status}`);
}

function parseAccepted(record: Uint8Array): ParsedReply {
  if (record.length < 20) return bad("ends inside its verifier");
  const verfBytes = uint32At(record, 16);
  if (verfBytes > MAX_AUTH_BYTES) return bad(`has a verifier of ${verfBytes} bytes`);
  const at = 20 + padded(verfBytes);
  if (record.length < at + 4) return bad("ends before its accept_stat");
  const stat = uint32At(record, at);
  const code = ACCEPT_STATS[stat];
  if (code === undefined || code === "SUCCESS") return bad(`has the unknown accept_stat ${stat}`);
  if (code !== "PROG_MISMATCH") return { kind: "refused", stat: { code } };
  return parseMismatch(record, at + 4, code);
}

function parseDenied(record: Uint8Array): ParsedReply {
  if (record.length < 16) return bad("ends before its reject_stat");
  const stat = uint32At(record, 12);
  const code = REJECT_STATS[stat];
  if (code === undefined) return bad(`has the unknown reject_stat ${stat}`);
  if (code === "RPC_MISMATCH") return parseMismatch(record, 16, code);
  if (record.length < 20) return bad("ends before its auth_stat");
  const authStat = uint32At(record, 16);
  return { kind: "refused", stat: { code, authStat: AUTH_STATS[authStat] ?? `auth_stat ${authStat}` } };
}

function parseMismatch(record: Uint8Array, at: number, code: "PROG_MISMATCH" | "RPC_MISMATCH"): ParsedReply {
  if (record.length < at + 8) return bad("ends inside its mismatch_info");
  return { kind: "refused", stat: { code, low: uint32At(record, at), high: uint32At(record, at + 4) } };
}

function bad(what: string): ParsedReply {
  return { kind: "bad", why: `the reply ${what}` };
}

/**
 * Appends the header of a successful reply, room for its mark first; the results follow. Then
 * {@link sealReply} writes the mark. `w.pos` before is the reply's place in the message.
 */
export function writeSuccessHeader(w: XdrWriter, xid: number): void {
  w.uint32(0);
  w.uint32(xid);
  w.uint32(REPLY);
  w.uint32(MSG_ACCEPTED);
  w.uint32(0);
  w.uint32(0);
  w.uint32(0);
}

/** Writes the mark of the reply that began at `pos` and ends here. */
export function sealReply(w: XdrWriter, pos: number): void {
  w.patchUint32(pos, (0x80000000 | (w.pos - pos - MARK_BYTES)) >>> 0);
}

/** A whole reply that says no, mark included. An unknown authStat name is sent as AUTH_FAILED. */
export function refusalReply(xid: number, stat: Refusal): Uint8Array {
  const w = new XdrWriter(64);
  w.begin();
  w.uint32(0);
  w.uint32(xid);
  w.uint32(REPLY);
  const denied = REJECT_STATS.indexOf(stat.code as (typeof REJECT_STATS)[number]);
  if (denied >= 0) {
    w.uint32(MSG_DENIED);
    w.uint32(denied);
  } else {
    w.uint32(MSG_ACCEPTED);
    w.uint32(0);
    w.uint32(0);
    w.uint32(ACCEPT_STATS.indexOf(stat.code as (typeof ACCEPT_STATS)[number]));
  }
  if (stat.code === "PROG_MISMATCH" || stat.code === "RPC_MISMATCH") {
    w.uint32(stat.low ?? RPC_VERSION);
    w.uint32(stat.high ?? RPC_VERSION);
  } else if (stat.code === "AUTH_ERROR") {
    const authStat = AUTH_STATS.indexOf(stat.authStat as (typeof AUTH_STATS)[number]);
    w.uint32(authStat > 0 ? authStat : AUTH_STATS.indexOf("AUTH_FAILED"));
  }
  const reply = w.finish();
  writeMark(reply, 0, reply.length - MARK_BYTES);
  return reply;
}
