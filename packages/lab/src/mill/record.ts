import { authNone, callTemplate, sealCall } from "unstuck/sunrpc";

/** A call's arguments are its number. */
export const TOKEN_BYTES = 4;

const FRONT = callTemplate(100003, 3, 1, authNone());

/** The record of call `number`, mark included, as the core wants it. */
export function newRecord(number: number): { bytes: Uint8Array; start: number; end: number } {
  const bytes = new Uint8Array(FRONT.length + TOKEN_BYTES);
  bytes.set(FRONT);
  const end = bytes.length;
  bytes[end - 1] = number & 255;
  bytes[end - 2] = (number >>> 8) & 255;
  sealCall(bytes);
  return { bytes, start: 0, end };
}

/** The four bytes at `at`, big-endian. */
export function uint32(b: Uint8Array, at: number): number {
  return ((b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!) >>> 0;
}
