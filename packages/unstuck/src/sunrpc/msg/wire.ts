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
