import type { Peer } from "../sunrpc/mod.js";

/** What the server driver does to one socket. After `shutdown` or `abort` it hears only `closed` of it. */
export interface SvcLine {
  /**
   * Writes the pieces in order; they stay unchanged until `wrote` covers them. `release` must be called once,
   * when they are written or never will be.
   */
  send(pieces: readonly Uint8Array[], totalBytes: number, release: (() => void) | undefined): void;
  /** Sends one datagram. */
  sendTo(bytes: Uint8Array, to: Peer): void;
  pause(): void;
  resume(): void;
  /** FIN, then a bounded wait for the peer's. */
  shutdown(): void;
  /** RST, at once. */
  abort(): void;
}

/** What the server driver hears of one socket. */
export interface SvcSink {
  /** Where the next bytes should be put; undefined: anywhere. */
  room(): Uint8Array | undefined;
  /** Bytes of a stream, good only during the call unless they lie in `room`; or one datagram, given away. */
  data(bytes: Uint8Array, from?: Peer): void;
  /** The OS took `bytes` more bytes of what was sent. */
  wrote(bytes: number): void;
  fin(): void;
  /** A stream is dead; a datagram socket had a transient error. */
  error(code: string): void;
  /** Nothing of it is left. The last thing heard. */
  closed(): void;
}
