/** One TCP connection as both ends and the way between them see it. Plain data. */

/** Client's end. */
export const SYN_SENT = 0;
export const UP = 1;
/** Closed by the core, or dead. What is still on its way may come as a stale event. */
export const GONE = 2;

/** Server's end. */
export const UNKNOWN = 0;
export const OPEN = 1;
export const CLOSED = 2;

/** Bytes of a reply record: mark, xid, REPLY, MSG_ACCEPTED, verifier, SUCCESS, and the call's number. */
export const REPLY_BYTES = 32;

/** The number of a NULL call in place of a call's. */
export const PING = -1;

export const ERRORS = ["", "ECONNRESET", "ECONNREFUSED", "EADDRINUSE"] as const;
export const NO_ERROR = 0;
export const RESET = 1;
export const REFUSED = 2;
export const IN_USE = 3;

const NEVER = Number.POSITIVE_INFINITY;

export class Socket {
  readonly cookie: number;
  readonly xprt: number;
  readonly probe: boolean;
  readonly port: number;
  end = SYN_SENT;
  peer = UNKNOWN;
  /** Calls on their way to the server, and those that it has taken: xid and call number by turns. */
  out: number[] = [];
  todo: number[] = [];
  /** Replies on their way to the client, as above, and then perhaps a FIN. */
  back: number[] = [];
  fin = false;
  /** Bytes of the first reply of {@link back} that the client has already. */
  given = 0;
  /** An error on its way to the client, which overtakes all data: row of {@link ERRORS}. */
  error = NO_ERROR;
  /** Bytes sent that the core was not told about yet. */
  untaken = 0;
  /** The client has seen the FIN. */
  finSeen = false;
  /** Since when something waits that met a blackhole, and when TCP tries again. */
  heldAt = NEVER;
  retryAt = 0;
  /** When the client heard anything last, the handshake included. */
  heardAt = 0;
  /** A reply came on it. */
  answered = false;
  /** The core gave up the attempt, and its success is still to come. */
  synPending = false;

  constructor(cookie: number, xprt: number, probe: boolean, port: number) {
    this.cookie = cookie;
    this.xprt = xprt;
    this.probe = probe;
    this.port = port;
  }

  clone(): Socket {
    const copy = new Socket(this.cookie, this.xprt, this.probe, this.port);
    copy.end = this.end;
    copy.peer = this.peer;
    copy.out = this.out.slice();
    copy.todo = this.todo.slice();
    copy.back = this.back.slice();
    copy.fin = this.fin;
    copy.given = this.given;
    copy.error = this.error;
    copy.untaken = this.untaken;
    copy.finSeen = this.finSeen;
    copy.heldAt = this.heldAt;
    copy.retryAt = this.retryAt;
    copy.heardAt = this.heardAt;
    copy.answered = this.answered;
    copy.synPending = this.synPending;
    return copy;
  }

  /** The errno name of {@link error}. */
  get errorCode(): string {
    return ERRORS[this.error]!;
  }

  /** Bytes of replies that the client has not. */
  get coming(): number {
    return (this.back.length >> 1) * REPLY_BYTES - this.given;
  }

  /** Writes the next `count` bytes of the replies to `into` and takes them off. */
  read(count: number, into: Uint8Array): void {
    for (let at = 0; at < count; ) {
      const n = Math.min(count - at, REPLY_BYTES - this.given);
      for (let i = 0; i < n; i++) into[at + i] = this.#byte(this.given + i);
      at += n;
      this.given += n;
      if (this.given < REPLY_BYTES) return;
      this.given = 0;
      this.back.shift();
      this.back.shift();
    }
  }

  #byte(at: number): number {
    if (at === 0) return 0x80;
    if (at === 3) return REPLY_BYTES - 4;
    if (at === 11) return 1;
    if (at >= 4 && at < 8) return (this.back[0]! >>> (8 * (7 - at))) & 255;
    if (at >= 28) return (this.back[1]! >>> (8 * (31 - at))) & 255;
    return 0;
  }

  /** Something waits in front of a blackhole since `now`. */
  hold(now: number): void {
    if (this.heldAt === NEVER) this.heldAt = now;
  }

  /** The blackhole is gone: TCP finds out at its next retransmission, each twice as long after the last (RFC 6298). */
  release(now: number): void {
    if (this.heldAt === NEVER) return;
    const first = this.end === SYN_SENT ? 1_000 : 200;
    let rto = first;
    let at = this.heldAt;
    while (at < now) {
      at += rto;
      rto = Math.min(2 * rto, 120_000);
    }
    this.retryAt = at;
    this.heldAt = NEVER;
  }
}
