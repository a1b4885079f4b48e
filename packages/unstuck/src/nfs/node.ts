/** A file handle (RFC 1813 §2.5) and its name in the caches. */
export interface Node {
  readonly fh: Uint8Array;
  readonly key: string;
}

/** Copies the handle: a reply's bytes would pin the whole record. */
export function nodeOf(fh: Uint8Array): Node {
  return { fh: fh.slice(), key: String.fromCharCode(...fh) };
}
