import type { ClntEvent, Cookie } from "../sunrpc/mod.js";
import type { Line, LineSink } from "./line.js";

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

  // The piece that grows: [from, to) of buffer. Neighbours in one slab become one piece.
  #buffer: ArrayBufferLike | undefined;
  #from = 0;
  #to = 0;
  #pieces: Uint8Array[] = [];
  #queuedBytes = 0;

  constructor(cookie: Cookie, datagram: boolean, host: OutletHost) {
    this.cookie = cookie;
    this.#datagram = datagram;
    this.#host = host;
  }

  /** Takes bytes for the next flush. True when they are the first. */
  queue(bytes: Uint8Array): boolean {
    if (this.#over) return false;
    const first = this.#queuedBytes === 0;
    const { buffer, byteOffset, length } = bytes;
    this.#queuedBytes += length;
    if (buffer === this.#buffer && byteOffset === this.#to && !this.#datagram) {
      this.#to += length;
      return first;
    }
    this.#cut();
    this.#buffer = buffer;
    this.#from = byteOffset;
    this.#to = byteOffset + length;
    return first;
  }

  /** Writes what was queued. */
  flush(): void {
    if (this.#over) return;
    this.#cut();
    const pieces = this.#pieces;
    if (pieces.length === 0 || this.line === undefined) return;
    const total = this.#queuedBytes;
    this.#pieces = [];
    this.#queuedBytes = 0;
    this.line.send(pieces, total);
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
    this.#buffer = undefined;
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

  #cut(): void {
    if (this.#buffer === undefined) return;
    this.#pieces.push(new Uint8Array(this.#buffer, this.#from, this.#to - this.#from));
    this.#buffer = undefined;
  }
}
