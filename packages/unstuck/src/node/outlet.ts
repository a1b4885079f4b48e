import type { ClntEvent, Cookie } from "../sunrpc/mod.js";
import type { Span } from "../xdr/mod.js";
import type { Line, LineSink } from "./line.js";

/** A full segment on an Ethernet: it gains nothing by waiting for more. */
const SEGMENT_BYTES = 1448;
/** So many writes a turn, about. */
const WRITES = 7;

/** What an {@link Outlet} needs of its client. */
export interface OutletHost {
  post(event: ClntEvent): void;
  room(cookie: Cookie): Uint8Array | undefined;
  closed(outlet: Outlet): void;
}

/**
 * Between the core, which knows a cookie, and a line, which knows a socket: stamps the cookie on what
 * comes in, and joins what goes out, so that the many sends of one turn become one write.
 */
export class Outlet implements LineSink {
  readonly cookie: Cookie;
  line: Line | undefined;
  readonly #host: OutletHost;
  /** One datagram a send: nothing may be joined. */
  readonly #datagram: boolean;
  #over = false;

  // The piece that grows: [from, to) of slab. Neighbours become one piece.
  #slab: Uint8Array | undefined;
  #from = 0;
  #to = 0;
  #pieces: Uint8Array[] = [];
  #queuedBytes = 0;
  /** A flush is on its way. */
  #due = false;
  /** What this turn has written, and how much makes its next write. */
  #turnBytes = 0;
  #enough = SEGMENT_BYTES;

  constructor(cookie: Cookie, datagram: boolean, host: OutletHost) {
    this.cookie = cookie;
    this.#datagram = datagram;
    this.#host = host;
  }

  /**
   * Takes a record for the next flush. True when it is the first. A turn that makes many calls writes a few times
   * before its end, so that the server works on the first of them while the rest are being made: waking a server
   * that went to sleep costs more than the writes.
   */
  queue({ bytes, start, end }: Span): boolean {
    if (this.#over) return false;
    const first = !this.#due;
    this.#due = true;
    if (this.#queuedBytes >= this.#enough && !this.#datagram) this.#write(true);
    this.#queuedBytes += end - start;
    if (bytes === this.#slab && start === this.#to && !this.#datagram) {
      this.#to = end;
      return first;
    }
    this.#cut();
    this.#slab = bytes;
    this.#from = start;
    this.#to = end;
    return first;
  }

  /** Writes what was queued. */
  flush(): void {
    this.#due = false;
    this.#write(false);
    this.#enough = Math.max(SEGMENT_BYTES, this.#turnBytes / WRITES);
    this.#turnBytes = 0;
  }

  shutdown(): void {
    if (this.#over) return;
    this.flush();
    this.#over = true;
    this.line?.shutdown();
  }

  abort(): void {
    if (this.#over) return;
    this.#over = true;
    this.#pieces = [];
    this.#slab = undefined;
    this.line?.abort();
  }

  established(localPort: number | undefined): void {
    if (!this.#over) this.#host.post({ type: "established", cookie: this.cookie, localPort });
  }

  room(): Uint8Array | undefined {
    return this.#over ? undefined : this.#host.room(this.cookie);
  }

  data(bytes: Uint8Array): void {
    if (!this.#over) this.#host.post({ type: "data", cookie: this.cookie, bytes });
  }

  wrote(bytes: number): void {
    if (!this.#over) this.#host.post({ type: "writable", cookie: this.cookie, bytes });
  }

  fin(): void {
    if (!this.#over) this.#host.post({ type: "fin", cookie: this.cookie });
  }

  error(code: string): void {
    if (!this.#over) this.#host.post({ type: "error", cookie: this.cookie, code });
  }

  closed(): void {
    this.#host.closed(this);
  }

  #write(more: boolean): void {
    if (this.#over) return;
    this.#cut();
    const pieces = this.#pieces;
    if (pieces.length === 0 || this.line === undefined) return;
    const total = this.#queuedBytes;
    this.#pieces = [];
    this.#queuedBytes = 0;
    this.#turnBytes += total;
    this.line.send(pieces, total, more);
  }

  #cut(): void {
    if (this.#slab === undefined) return;
    // A Buffer: a socket would make one of any other view.
    const { buffer, byteOffset } = this.#slab;
    this.#pieces.push(Buffer.from(buffer, byteOffset + this.#from, this.#to - this.#from));
    this.#slab = undefined;
  }
}
