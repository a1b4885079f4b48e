/** rpc_msg by position (RFC 5531 §9): what the hand-written header code of this folder shares. */

export const CALL = 0;
export const REPLY = 1;
export const RPC_VERSION = 2;
export const MSG_ACCEPTED = 0;
export const MSG_DENIED = 1;

/** accept_stat by number. */
export const ACCEPT_STATS = [
  "SUCCESS",
  "PROG_UNAVAIL",
  "PROG_MISMATCH",
  "PROC_UNAVAIL",
  "GARBAGE_ARGS",
  "SYSTEM_ERR",
] as const;

/** reject_stat by number. */
export const REJECT_STATS = ["RPC_MISMATCH", "AUTH_ERROR"] as const;

/** The four bytes at `at`, which must be there. */
export function uint32At(b: Uint8Array, at: number): number {
  return ((b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!) >>> 0;
}

/** Writes four bytes at `at`. */
export function setUint32At(b: Uint8Array, at: number, value: number): void {
  b[at] = value >>> 24;
  b[at + 1] = value >>> 16;
  b[at + 2] = value >>> 8;
  b[at + 3] = value;
}

/** `bytes` rounded up to XDR's unit of four. */
export function padded(bytes: number): number {
  return (bytes + 3) & ~3;
}
