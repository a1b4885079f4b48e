/**
 * What the client driver needs of a medium. `tcp.ts`, `udp.ts` and `inproc.ts` provide it.
 * One {@link Line} is one socket, named by one connect cookie, from connect to close.
 */

/** What a driver hears about one line. Nothing is heard after `closed`. */
export interface LineSink {
  /** The connect finished. */
  established(localPort: number | undefined): void;
  /** Where the next bytes should be put; undefined: anywhere. */
  room(): Uint8Array | undefined;
  /** Bytes arrived (datagram: exactly one). The view is the line's own and good only during the call, unless it lies in `room`. */
  data(bytes: Uint8Array): void;
  /** The OS took `bytes` more bytes of what was sent. */
  wrote(bytes: number): void;
  /** The peer half-closed. */
  fin(): void;
  /** The connect failed or the connection died; on a datagram line: transient. `code` is the errno's name. */
  error(code: string): void;
  /** Nothing of the line is left: no socket, no timer. The last thing heard. */
  closed(): void;
}

/** One socket. After `shutdown` or `abort` only `closed` is heard. */
export interface Line {
  /**
   * Writes the pieces in order. They stay unchanged until `wrote` covers them. Datagram: one datagram a piece.
   * `more`: another send follows within this turn, whose `wrote` may count these bytes too.
   */
  send(pieces: readonly Uint8Array[], totalBytes: number, more?: boolean): void;
  /** FIN, then a bounded wait for the peer's. */
  shutdown(): void;
  /** RST, at once: the local port can be bound again right after. */
  abort(): void;
}

export interface DialRequest {
  /** Bind this source port; undefined: any. */
  readonly localPort: number | undefined;
  /** A path probe: any port, whatever the dialer's own policy. */
  readonly probe: boolean;
}

/** Opens lines to one server. */
export interface Dialer {
  readonly kind: "stream" | "datagram";
  /** The server, for people: `tcp 192.168.1.200:2049`. */
  readonly peer: string;
  dial(request: DialRequest, sink: LineSink): Line;
}

/** The errno name of anything that was thrown or emitted. */
export function errnoOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "EIO";
}
