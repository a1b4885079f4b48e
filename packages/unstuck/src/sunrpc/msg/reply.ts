import { encode, nameOf, type XdrWriter } from "../../xdr/mod.js";
import type { Refusal } from "../port.js";
import { MARK_BYTES, writeMark } from "../record.js";
import { authNone } from "./auth.js";
import {
  accept_stat,
  type accepted_data,
  auth_stat,
  MAX_AUTH_BYTES,
  msg_type,
  RPC_VERSION,
  reject_stat,
  type reply_body,
  reply_stat,
  rpc_msg,
} from "./rpc_msg.gen.js";
import { padded, uint32At } from "./wire.js";

const { REPLY } = msg_type;
const { MSG_ACCEPTED, MSG_DENIED } = reply_stat;
const { SUCCESS } = accept_stat;

/** Bytes of the header of a successful reply with an AUTH_NONE verifier, without the mark. */
export const SUCCESS_HEADER_BYTES = 24;

/** The xid of the reply `bytes[start..end)` (without mark), or undefined when it is no reply: too short, or another message type. */
export function replyXid(bytes: Uint8Array, start = 0, end = bytes.length): number | undefined {
  return end - start >= 8 && uint32At(bytes, start + 4) === REPLY ? uint32At(bytes, start) : undefined;
}

/**
 * Where in `bytes` the results begin of the reply `bytes[start..end)` (without mark) if it is MSG_ACCEPTED and
 * SUCCESS; -1 for every other record, which {@link parseReply} then explains. Allocates nothing.
 */
export function resultsStart(bytes: Uint8Array, start = 0, end = bytes.length): number {
  if (end - start < SUCCESS_HEADER_BYTES) return -1;
  if (uint32At(bytes, start + 4) !== REPLY || uint32At(bytes, start + 8) !== MSG_ACCEPTED) return -1;
  const verfBytes = uint32At(bytes, start + 16);
  if (verfBytes > MAX_AUTH_BYTES) return -1;
  const stat = start + 20 + padded(verfBytes);
  return stat + 4 <= end && uint32At(bytes, stat) === SUCCESS ? stat + 4 : -1;
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
  const code = nameOf<number>(accept_stat, stat) as Refusal["code"] | undefined;
  if (code === undefined || stat === SUCCESS) return bad(`has the unknown accept_stat ${stat}`);
  if (code !== "PROG_MISMATCH") return { kind: "refused", stat: { code } };
  return parseMismatch(record, at + 4, code);
}

function parseDenied(record: Uint8Array): ParsedReply {
  if (record.length < 16) return bad("ends before its reject_stat");
  const stat = uint32At(record, 12);
  const code = nameOf<number>(reject_stat, stat) as "RPC_MISMATCH" | "AUTH_ERROR" | undefined;
  if (code === undefined) return bad(`has the unknown reject_stat ${stat}`);
  if (code === "RPC_MISMATCH") return parseMismatch(record, 16, code);
  if (record.length < 20) return bad("ends before its auth_stat");
  const authStat = uint32At(record, 16);
  return {
    kind: "refused",
    stat: { code, authStat: nameOf<number>(auth_stat, authStat) ?? `auth_stat ${authStat}` },
  };
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

/** Writes the mark of the reply that began at `pos` and ends here, or `moreBytes` after here. */
export function sealReply(w: XdrWriter, pos: number, moreBytes = 0): void {
  w.patchUint32(pos, (0x80000000 | (w.pos - pos - MARK_BYTES + moreBytes)) >>> 0);
}

/** A whole reply that says no, mark included. An unknown authStat name is sent as AUTH_FAILED. */
export function refusalReply(xid: number, stat: Refusal): Uint8Array {
  const message = encode(rpc_msg, { xid, body: { mtype: REPLY, rbody: refusalBody(stat) } });
  const reply = new Uint8Array(MARK_BYTES + message.length);
  writeMark(reply, 0, message.length);
  reply.set(message, MARK_BYTES);
  return reply;
}

function refusalBody({ code, low = RPC_VERSION, high = RPC_VERSION, authStat }: Refusal): reply_body {
  switch (code) {
    case "RPC_MISMATCH":
      return { stat: MSG_DENIED, rreply: { stat: reject_stat[code], mismatch_info: { low, high } } };
    case "AUTH_ERROR":
      return { stat: MSG_DENIED, rreply: { stat: reject_stat[code], why: authStatOf(authStat) } };
    case "PROG_MISMATCH":
      return accepted({ stat: accept_stat[code], mismatch_info: { low, high } });
    default:
      return accepted({ stat: accept_stat[code] });
  }
}

function accepted(reply_data: accepted_data): reply_body {
  return { stat: MSG_ACCEPTED, areply: { verf: authNone(), reply_data } };
}

function authStatOf(name: string | undefined): auth_stat {
  const members = Object.entries(auth_stat).filter((m): m is [string, auth_stat] => typeof m[1] === "number");
  return members.find((m) => m[0] === name)?.[1] ?? auth_stat.AUTH_FAILED;
}
