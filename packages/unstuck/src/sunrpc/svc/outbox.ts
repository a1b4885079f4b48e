import { refusalReply } from "../msg/mod.js";
import type { Instant } from "../port.js";
import { MARK_BYTES } from "../record.js";
import type { Conn } from "./conn.js";
import type { Call, Peer, SvcEffect, SvcLimits, SvcNotice } from "./port.js";
import type { Tail } from "./service.js";
import type { SvcState } from "./state.js";

const PADDING = new Uint8Array(4);

/** What one step of the server core comes to: effects in order, and when it wants to be woken. */
export class Outbox {
  readonly #limits: SvcLimits;
  readonly #state: SvcState;
  #effects: SvcEffect[] = [];

  constructor(limits: SvcLimits, state: SvcState) {
    this.#limits = limits;
    this.#state = state;
  }

  /** The effects since the last time. */
  take(): readonly SvcEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  push(effect: SvcEffect): void {
    this.#effects.push(effect);
  }

  notice(notice: SvcNotice): void {
    this.#effects.push({ type: "notice", notice });
  }

  wake(at: Instant): void {
    const { deadline } = this.#state;
    if (deadline === undefined || at < deadline) this.#state.deadline = at;
  }

  sendTail(now: Instant, conn: Conn, tail: Tail): void {
    const { length } = tail.bytes;
    this.send(now, conn, tail.bytes, conn.peer, tail);
    if (length % 4 !== 0) this.send(now, conn, PADDING.subarray(length % 4), conn.peer);
  }

  /** A datagram is one piece, and has an end. */
  sendDatagram(now: Instant, conn: Conn, call: Call, bytes: Uint8Array, tail: Tail | undefined): void {
    const length = bytes.length + (((tail?.bytes.length ?? 0) + 3) & ~3);
    let whole = bytes;
    if (length - MARK_BYTES > this.#limits.datagramBytes) {
      const error = new RangeError(
        `a reply of ${length - MARK_BYTES} bytes does not fit a datagram: the client must ask for less, or use TCP`,
      );
      this.notice({ kind: "call-failed", call, error });
      whole = refusalReply(call.xid, { code: "SYSTEM_ERR" });
    } else if (tail !== undefined) {
      whole = new Uint8Array(length);
      whole.set(bytes);
      whole.set(tail.bytes, bytes.length);
    }
    if (tail !== undefined) this.push({ type: "unused", tail });
    this.send(now, conn, whole, call.peer);
  }

  send(now: Instant, conn: Conn, bytes: Uint8Array, peer: Peer, tail?: Tail): void {
    const datagram = conn.kind === "datagram";
    const out = datagram ? bytes.subarray(MARK_BYTES) : bytes;
    if (conn.unsentBytes === 0) {
      conn.progressAt = now;
      if (!datagram) this.wake(now + this.#limits.sendTimeoutMs);
    }
    conn.unsentBytes += out.length;
    this.push({ type: "send", conn: conn.id, bytes: out, to: datagram ? peer : undefined, tail });
  }
}
