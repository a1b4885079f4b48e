/**
 * The product's own server core at the other end of the network, its handlers, and what it has not heard yet. Handlers
 * answer in any order; what they do is done when they are called.
 */
import {
  type Call,
  type Peer,
  type Service,
  type Svc,
  type SvcEffect,
  type SvcEvent,
  type SvcLimits,
  type SvcState,
  service,
} from "unstuck/sunrpc";
import { uint32 as uint32Codec, xdrVoid } from "unstuck/xdr";
import { ANSWER, codeOf, HEAR, type Offer } from "./choice.js";
import { callBytes, MARK_BYTES, setUint32, TOKEN_BYTES, uint32 } from "./record.js";
import * as Sock from "./socket.js";
import { OPEN, PING, REPLY_BYTES, type Socket } from "./socket.js";
import type { World } from "./world.js";

/** What a world needs of the server core: the product's own classes, or a copy that was broken on purpose. */
export interface ServerClasses {
  readonly Svc: new (services: readonly Service[], limits: Partial<SvcLimits>, state: SvcState) => Svc;
  readonly SvcState: new () => SvcState;
}

const PROGRAM = {
  name: "MILL_PROGRAM",
  versionName: "MILL_V3",
  prog: 100003,
  vers: 3,
  procedures: {
    NULL: { name: "NULL", prog: 100003, vers: 3, proc: 0, arg: xdrVoid, res: xdrVoid },
    ONCE: { name: "ONCE", prog: 100003, vers: 3, proc: 1, arg: uint32Codec, res: uint32Codec },
  },
} as const;
const SERVICES = [service(PROGRAM, { ONCE: (n) => n }, { once: ["ONCE"] })];

const ADDRESS = "192.0.2.1";
/** The socket that all datagrams come to; cookies, which name connections, begin with 1. */
const DATAGRAMS = 0;

export class RealServer {
  readonly classes: ServerClasses;
  readonly state: SvcState;
  readonly svc: Svc;
  /** Calls that handlers have begun and not answered, oldest first. */
  pending: Call[] = [];
  /** Connections that the client is done with, or that somebody cut, and the server does not know it. */
  unheard: number[] = [];

  constructor(classes: ServerClasses, state = new classes.SvcState()) {
    this.classes = classes;
    this.state = state;
    this.svc = new classes.Svc(SERVICES, {}, state);
  }

  clone(): RealServer {
    const copy = new RealServer(this.classes, this.state.clone());
    copy.pending = this.pending.map((call) => ({ ...call }));
    copy.unheard = this.unheard.slice();
    return copy;
  }

  offer({ net }: World, into: Offer): void {
    if (!net.hole) for (const cookie of this.unheard) into.add(codeOf(HEAR, cookie));
    for (let at = 0; at < this.pending.length; at++) {
      if (net.answersCall(numberOf(this.pending[at]!))) into.add(codeOf(ANSWER, at));
    }
  }

  accept(w: World, s: Socket): void {
    this.#post(w, { type: "accepted", conn: s.cookie, kind: "stream", peer: peerOf(s) });
  }

  /** A call comes on a socket, or what is left of it. */
  arrive(w: World, s: Socket, xid: number, call: number): void {
    const bytes = callBytes(xid, call, s.isDatagram);
    if (s.isDatagram) return this.#arriveDatagram(w, s, bytes);
    const from = s.isHalfSent ? w.scenario.cutBytes : 0;
    s.isHalfSent = false;
    this.#post(w, { type: "data", conn: s.cookie, bytes: bytes.subarray(from) });
  }

  /** The first bytes of the oldest call on its way come. */
  arriveCut(w: World, s: Socket, count: number): void {
    s.isHalfSent = true;
    const bytes = callBytes(s.out[0]!, s.out[1]!, false).subarray(0, count);
    this.#post(w, { type: "data", conn: s.cookie, bytes });
  }

  #arriveDatagram(w: World, s: Socket, bytes: Uint8Array): void {
    const peer = peerOf(s);
    if (!this.state.conns.has(DATAGRAMS)) {
      this.#post(w, { type: "accepted", conn: DATAGRAMS, kind: "datagram", peer });
    }
    this.#post(w, { type: "data", conn: DATAGRAMS, bytes, from: peer });
  }

  /** The number of the call that is pending at that place. */
  numberAt(at: number): number | undefined {
    const call = this.pending[at];
    return call === undefined ? undefined : numberOf(call);
  }

  /** A handler answers. */
  answer(w: World, at: number): void {
    const [call] = this.pending.splice(at, 1);
    const bytes = new Uint8Array(REPLY_BYTES);
    setUint32(bytes, 0, 0x80000000 + REPLY_BYTES - MARK_BYTES);
    setUint32(bytes, 4, call!.xid);
    setUint32(bytes, 8, 1);
    const number = numberOf(call!);
    setUint32(bytes, REPLY_BYTES - TOKEN_BYTES, number);
    if (number !== PING) w.calls[number]!.answeredAt = w.now;
    this.#post(w, { type: "replied", calls: [call!], bytes });
  }

  /** The end of a connection, which the client knows already, comes to the server. */
  hear(w: World, cookie: number): void {
    this.unheard.splice(this.unheard.indexOf(cookie), 1);
    this.#post(w, { type: "error", conn: cookie, code: "ECONNRESET" });
  }

  /** The client, or somebody between, ends a connection. */
  gone(cookie: number): void {
    if (this.state.conns.has(cookie) && !this.unheard.includes(cookie)) this.unheard.push(cookie);
  }

  tick(w: World): void {
    const { deadline } = this.svc;
    if (deadline !== undefined && deadline <= w.now) this.#post(w, { type: "deadline" });
  }

  #post(w: World, event: SvcEvent): void {
    for (const effect of this.svc.step(w.now, event)) this.#perform(w, effect);
  }

  #perform(w: World, effect: SvcEffect): void {
    switch (effect.type) {
      case "invoke":
        for (const call of effect.calls) {
          this.pending.push(call);
          const number = numberOf(call);
          if (number !== PING) w.ran(number, call.peer.port);
        }
        return;
      case "send":
        return this.#send(w, effect);
      case "close":
      case "abort": {
        const s = w.net.find(effect.conn);
        if (s === undefined || s.peer !== OPEN) return;
        s.peer = Sock.CLOSED;
        if (effect.type === "close") s.fin = true;
        else s.error = Sock.RESET;
        return;
      }
      default:
        return;
    }
  }

  #send(w: World, { conn, bytes, to }: SvcEffect & { type: "send" }): void {
    const xidAt = to === undefined ? MARK_BYTES : 0;
    const s = to === undefined ? w.net.find(conn) : w.net.sockets.find(({ port }) => port === to.port);
    // What is sent on a connection that is no more, as only the client knows, is lost.
    if (s !== undefined && s.peer === OPEN && s.end !== Sock.GONE) {
      s.back.push(uint32(bytes, xidAt) | 0, uint32(bytes, bytes.length - TOKEN_BYTES) | 0);
    }
    this.#post(w, { type: "writable", conn, bytes: bytes.length });
  }
}

function peerOf({ port, isDatagram }: Socket): Peer {
  return { address: ADDRESS, port, transport: isDatagram ? "udp" : "tcp" };
}

/** A call's number in its world. */
function numberOf({ proc, record }: Call): number {
  return proc.proc === 0 ? PING : uint32(record.bytes, record.end - TOKEN_BYTES);
}
