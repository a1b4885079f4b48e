import { authNone, type ClntEvent, callTemplate, sealCall, setCallXid } from "unstuck/sunrpc";

/** Bytes of a record's mark, which a datagram is without. */
export const MARK_BYTES = 4;

/** A call's arguments are its number. */
export const TOKEN_BYTES = 4;

const FRONT = callTemplate(100003, 3, 1, authNone());
const RECORD_BYTES = FRONT.length + TOKEN_BYTES;

/** Records are cut from slabs of so many: an array of its own costs more than all the rest of a call's beginning. */
const SLAB_RECORDS = 128;
const BLANK = new Uint8Array(SLAB_RECORDS * RECORD_BYTES);
for (let at = 0; at < BLANK.length; at += RECORD_BYTES) {
  BLANK.set(FRONT, at);
  sealCall(BLANK, at, at + RECORD_BYTES);
}
let slab = BLANK.slice();
let used = 0;

/** The record of call `number`, mark included, as the core wants it. */
export function newRecord(number: number): (ClntEvent & { type: "call" })["record"] {
  if (used === slab.length) {
    slab = BLANK.slice();
    used = 0;
  }
  const start = used;
  used += RECORD_BYTES;
  setUint32(slab, used - TOKEN_BYTES, number);
  return { bytes: slab, start, end: used };
}

const PING_FRONT = callTemplate(100003, 3, 0, authNone());

/** Call `number`, or a ping if it is below 0, as the server gets it; a datagram is without the mark. */
export function callBytes(xid: number, number: number, isDatagram: boolean): Uint8Array {
  const isPing = number < 0;
  const bytes = new Uint8Array(isPing ? PING_FRONT.length : RECORD_BYTES);
  bytes.set(isPing ? PING_FRONT : FRONT);
  if (!isPing) setUint32(bytes, bytes.length - TOKEN_BYTES, number);
  setCallXid(bytes, xid);
  sealCall(bytes);
  return isDatagram ? bytes.subarray(MARK_BYTES) : bytes;
}

/** The four bytes at `at`, big-endian. */
export function uint32(b: Uint8Array, at: number): number {
  return ((b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!) >>> 0;
}

export function setUint32(b: Uint8Array, at: number, value: number): void {
  b[at] = value >>> 24;
  b[at + 1] = value >>> 16;
  b[at + 2] = value >>> 8;
  b[at + 3] = value;
}
