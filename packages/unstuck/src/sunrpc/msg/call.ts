import { XdrWriter } from "../../xdr/mod.js";
import { MARK_BYTES, writeMark } from "../record.js";
import { authNone, type OpaqueAuth } from "./auth.js";
import { call_body, MAX_AUTH_BYTES, msg_type, RPC_VERSION } from "./rpc_msg.gen.js";
import { padded, setUint32At, uint32At } from "./wire.js";

/** Where a call's xid lies in a record that begins with its mark. */
export const CALL_XID_AT = MARK_BYTES;

/**
 * The constant front of every call of one procedure with one credential: room for the record mark, room for the
 * xid (at {@link CALL_XID_AT}), and the header up to the arguments. A call is a copy of it and the encoded
 * arguments; then {@link sealCall} writes the mark.
 */
export function callTemplate(
  prog: number,
  vers: number,
  proc: number,
  cred: OpaqueAuth = authNone(),
  verf: OpaqueAuth = authNone(),
): Uint8Array {
  const w = new XdrWriter(1024);
  w.begin();
  w.uint32(0);
  w.uint32(0);
  w.uint32(msg_type.CALL);
  call_body.encode(w, { rpcvers: RPC_VERSION, prog, vers, proc, cred, verf });
  return w.finish().slice();
}

/** Writes the mark of the call `bytes[start..end)`, which was made from a template and is now complete: one fragment, the last. */
export function sealCall(bytes: Uint8Array, start = 0, end = bytes.length): void {
  writeMark(bytes, start, end - start - MARK_BYTES);
}

/** The mark of a call record of `bytes` bytes, mark included: one fragment, the last. */
export function callMark(bytes: number): number {
  return (0x80000000 | (bytes - MARK_BYTES)) >>> 0;
}

/** The xid of a call record that begins with its mark. */
export function callXid(record: Uint8Array): number {
  return uint32At(record, CALL_XID_AT);
}

/** Writes the xid of a call record that begins, with its mark, at `start`. */
export function setCallXid(bytes: Uint8Array, xid: number, start = 0): void {
  setUint32At(bytes, start + CALL_XID_AT, xid);
}

/** The header of a call as a server reads it: numbers and offsets into the bytes it lies in (without its mark). */
export interface CallHeader {
  readonly kind: "call";
  readonly xid: number;
  readonly prog: number;
  readonly vers: number;
  readonly proc: number;
  readonly credFlavor: number;
  /** The credential's body is `bytes[credAt..credAt+credBytes)`. */
  readonly credAt: number;
  readonly credBytes: number;
  readonly verfFlavor: number;
  readonly verfAt: number;
  readonly verfBytes: number;
  /** The arguments begin here. */
  readonly argsAt: number;
}

export type ParsedCall =
  | CallHeader
  /** Too short to have an xid and a message type. */
  | { readonly kind: "short" }
  /** A reply, which nobody asked for here. */
  | { readonly kind: "reply" }
  /** Neither a call nor a reply. */
  | { readonly kind: "not-rpc" }
  /** Another version of the RPC protocol itself: deserves RPC_MISMATCH. */
  | { readonly kind: "rpc-mismatch"; readonly xid: number }
  /** A call that ends inside its header: deserves GARBAGE_ARGS. */
  | { readonly kind: "truncated"; readonly xid: number }
  /** A credential or verifier longer than 400 bytes: deserves AUTH_BADCRED or AUTH_BADVERF. */
  | { readonly kind: "bad-auth"; readonly xid: number; readonly authStat: "AUTH_BADCRED" | "AUTH_BADVERF" };

const SHORT: ParsedCall = { kind: "short" };
const IS_REPLY: ParsedCall = { kind: "reply" };
const NOT_RPC: ParsedCall = { kind: "not-rpc" };
/** xid, msg_type, rpcvers, prog, vers, proc, cred flavor and length. */
const FIXED_BYTES = 32;

/** Reads the header of the call `bytes[start..end)`, without mark. Never throws; the credential is not looked into. */
export function parseCall(bytes: Uint8Array, start = 0, end = bytes.length): ParsedCall {
  const length = end - start;
  if (length < 8) return SHORT;
  const type = uint32At(bytes, start + 4);
  if (type !== msg_type.CALL) return type === msg_type.REPLY ? IS_REPLY : NOT_RPC;
  const xid = uint32At(bytes, start);
  if (length >= 12 && uint32At(bytes, start + 8) !== RPC_VERSION) return { kind: "rpc-mismatch", xid };
  if (length < FIXED_BYTES) return { kind: "truncated", xid };
  const credBytes = uint32At(bytes, start + 28);
  if (credBytes > MAX_AUTH_BYTES) return { kind: "bad-auth", xid, authStat: "AUTH_BADCRED" };
  const credAt = start + FIXED_BYTES;
  const verf = credAt + padded(credBytes);
  if (end < verf + 8) return { kind: "truncated", xid };
  const verfBytes = uint32At(bytes, verf + 4);
  if (verfBytes > MAX_AUTH_BYTES) return { kind: "bad-auth", xid, authStat: "AUTH_BADVERF" };
  const argsAt = verf + 8 + padded(verfBytes);
  if (end < argsAt) return { kind: "truncated", xid };
  return {
    kind: "call",
    xid,
    prog: uint32At(bytes, start + 12),
    vers: uint32At(bytes, start + 16),
    proc: uint32At(bytes, start + 20),
    credFlavor: uint32At(bytes, start + 24),
    credAt,
    credBytes,
    verfFlavor: uint32At(bytes, verf),
    verfAt: verf + 8,
    verfBytes,
    argsAt,
  };
}
