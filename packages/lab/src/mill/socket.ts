/** One connection, or one socket for datagrams, as both ends and the way between them see it. Plain data. */
import { MARK_BYTES, setUint32 } from "./record.js";

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

/** Takes the pair at `at` out of a queue. Queues are short, and `splice` makes an array. */
export function takePair(queue: number[], at: number): void {
  for (let i = at + 2; i < queue.length; i++) queue[i - 2] = queue[i]!;
  queue.pop();
  queue.pop();
}

/** As many replies in a row, of which only the xids and the calls' numbers differ; and room for a part of them. */
let replies = new Uint8Array(0);
let part = new Uint8Array(0);
/** Their beginnings, by length: a view costs more than a step. */
let wholes: Uint8Array[] = [];
let parts: Uint8Array[] = [];

function makeRoom(count: number): void {
  replies = new Uint8Array(count * REPLY_BYTES);
  part = new Uint8Array(replies.length);
  wholes = Array.from({ length: count + 1 }, (_, n) => replies.subarray(0, n * REPLY_BYTES));
  parts = Array.from({ length: part.length + 1 }, (_, n) => part.subarray(0, n));
  for (let at = 0; at < replies.length; at += REPLY_BYTES) {
    replies[at] = 0x80;
    replies[at + 3] = REPLY_BYTES - 4;
    replies[at + 11] = 1;
  }
}

/** The first `count` replies of a queue, as bytes. */
function wholeReplies(queue: readonly number[], count: number): Uint8Array {
  if (count >= wholes.length) makeRoom(2 * count + 14);
  for (let i = 0, at = 0; i < count; i++, at += REPLY_BYTES) {
    setUint32(replies, at + 4, queue[2 * i]!);
    setUint32(replies, at + 28, queue[2 * i + 1]!);
  }
  return wholes[count]!;
}

/** `count` bytes of `bytes` from `from` on. */
function partOf(bytes: Uint8Array, from: number, count: number): Uint8Array {
  for (let i = 0; i < count; i++) part[i] = bytes[from + i]!;
  return parts[count]!;
}

export class Socket {
  readonly cookie: number;
  readonly xprt: number;
  readonly probe: boolean;
  readonly port: number;
  readonly isDatagram: boolean;
  end = SYN_SENT;
  peer: number;
  /**
   * Calls on their way to the server, and those that it has taken: xid and call number by turns. Xids with a sign: an
   * array of small integers is a cheaper one.
   */
  out: number[] = [];
  todo: number[] = [];
  /** The server has the first bytes of the first call of {@link out}, and waits for the rest. */
  isHalfSent = false;
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

  constructor(cookie: number, xprt: number, probe: boolean, port: number, isDatagram: boolean) {
    this.cookie = cookie;
    this.xprt = xprt;
    this.probe = probe;
    this.port = port;
    this.isDatagram = isDatagram;
    // Nobody need answer before datagrams can be sent.
    this.peer = isDatagram ? OPEN : UNKNOWN;
  }

  clone(): Socket {
    const copy = new Socket(this.cookie, this.xprt, this.probe, this.port, this.isDatagram);
    copy.end = this.end;
    copy.peer = this.peer;
    copy.out = this.out.slice();
    copy.todo = this.todo.slice();
    copy.back = this.back.slice();
    copy.isHalfSent = this.isHalfSent;
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

  /** Takes the next `count` bytes of the replies off; they are good until the next time. */
  read(count: number): Uint8Array {
    const { back, given } = this;
    const end = given + count;
    const begun = Math.ceil(end / REPLY_BYTES);
    const replies = wholeReplies(back, begun);
    const bytes = begun * REPLY_BYTES === count ? replies : partOf(replies, given, count);
    const whole = Math.floor(end / REPLY_BYTES);
    for (let i = 0; i < whole; i++) takePair(back, 0);
    this.given = end - whole * REPLY_BYTES;
    return bytes;
  }

  /** Takes the oldest reply off: a datagram, which is the core's to keep. */
  readDatagram(): Uint8Array {
    const bytes = wholeReplies(this.back, 1).slice(MARK_BYTES);
    takePair(this.back, 0);
    return bytes;
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
