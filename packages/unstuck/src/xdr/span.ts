/**
 * Bytes that lie among others: `bytes[start..end)`. For paths where a message is handed on many times and
 * read once: a view of its own (`subarray`) costs as much as decoding a small message.
 */
export interface Span {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** The bytes of a span as a view. */
export function viewOf({ bytes, start, end }: Span): Uint8Array {
  return bytes.subarray(start, end);
}

/** All of `bytes`. */
export function spanOf(bytes: Uint8Array): Span {
  return { bytes, start: 0, end: bytes.length };
}
