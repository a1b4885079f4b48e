/** The network and the server at its other end. */
import * as Kind from "./choice.js";
import { codeOf, type Offer } from "./choice.js";
import * as Datagram from "./datagram.js";
import * as Event from "./event.js";
import type { Effect } from "./property.js";
import type { RealServer } from "./real-server.js";
import type { MillScenario } from "./scenario.js";
import * as Sock from "./socket.js";
import { Socket } from "./socket.js";
import type { World } from "./world.js";

const FIRST_PORT = 700;
const NEVER = Number.POSITIVE_INFINITY;

export type Listening = "serve" | "refuse" | "slam" | "mute" | "slow";

/** What the server answers. */
export const NOTHING = 0;
export const PINGS = 1;
export const EVERYTHING = 2;

export class Net {
  readonly scenario: MillScenario;
  /** Those that something can still happen to, oldest first. */
  sockets: Socket[] = [];
  /** Nothing gets from the client to the server. */
  hole = false;
  listening: Listening = "serve";
  /** Follows from {@link listening}. */
  answers: number = EVERYTHING;
  nextPort = FIRST_PORT;
  /** Datagrams that were lost so far, and those that came twice. */
  lost = 0;
  doubled = 0;
  /** The call whose reply the client is given in this moment. */
  reading: number | undefined;
  /** Ports below are somebody else's. */
  takenBelow = 0;
  /** By cookie. */
  #xprts: number[] = [];

  readonly isDatagram: boolean;

  /** Undefined: a model of a server, which is the sockets' `todo`. */
  server: RealServer | undefined;

  constructor(scenario: MillScenario, server: RealServer | undefined) {
    this.scenario = scenario;
    this.server = server;
    this.isDatagram = scenario.config.kind === "datagram";
  }

  clone(): Net {
    const copy = new Net(this.scenario, this.server?.clone());
    copy.sockets = this.sockets.map((s) => s.clone());
    copy.hole = this.hole;
    copy.listening = this.listening;
    copy.answers = this.answers;
    copy.lost = this.lost;
    copy.doubled = this.doubled;
    copy.nextPort = this.nextPort;
    copy.takenBelow = this.takenBelow;
    copy.#xprts = this.#xprts.slice();
    return copy;
  }

  /** The socket of that name, unless it is dead and forgotten. */
  find(cookie: number): Socket | undefined {
    for (const s of this.sockets) if (s.cookie === cookie) return s;
    return undefined;
  }

  xprtOf(cookie: number): number {
    return this.#xprts[cookie] ?? 0;
  }

  /** Adds what can happen in the network and at the server, and when TCP next tries again what met the blackhole. */
  offer(w: World, into: Offer): void {
    const { sockets } = this;
    into.nextMoment = NEVER;
    for (let i = 0; i < sockets.length; i++) {
      const s = sockets[i]!;
      if (s.end === Sock.GONE) {
        offerStale(s, into);
        continue;
      }
      if (s.isDatagram && s.end === Sock.UP) {
        Datagram.offer(w, s, into);
        continue;
      }
      if (s.retryAt > w.now && s.retryAt < into.nextMoment) into.nextMoment = s.retryAt;
      this.#offerLive(w, s, into);
    }
    if (this.server !== undefined) this.server.offer(w, into);
  }

  #offerLive(w: World, s: Socket, into: Offer): void {
    const { codes } = into;
    const { error } = s;
    let n = into.count;
    // Without `add` and with one code as the base of all: this is the most frequent code of a running world.
    const none = codeOf(0, s.cookie);
    const through = !this.hole && w.now >= s.retryAt && error === Sock.NO_ERROR;
    if (error !== Sock.NO_ERROR) codes[n++] = none | Kind.FAILED;
    if (s.end === Sock.SYN_SENT) {
      if (s.peer === Sock.UNKNOWN) {
        if (through) codes[n++] = none | Kind.SYN;
      } else if (error === Sock.NO_ERROR || error === Sock.RESET) codes[n++] = none | Kind.ESTABLISHED;
    } else {
      if (through && s.out.length > 0) {
        codes[n++] = none | Kind.ARRIVE;
        // The model of a server knows whole calls only.
        if (this.server !== undefined && this.scenario.cutBytes > 0 && !s.isHalfSent && s.peer === Sock.OPEN)
          codes[n++] = none | Kind.ARRIVE_CUT;
      }
      if (s.untaken > 0) codes[n++] = none | Kind.TAKEN;
      const { coming } = s;
      if (coming > 0) {
        codes[n++] = none | Kind.DATA;
        const { cutBytes } = this.scenario;
        if (cutBytes > 0 && coming > cutBytes && s.given === 0) codes[n++] = none | Kind.CUT;
        if (coming > Sock.REPLY_BYTES) codes[n++] = none | Kind.JOINED;
      } else if (s.fin && !s.finSeen) codes[n++] = none | Kind.FIN;
    }
    into.count = n;
    if (s.todo.length > 0) this.offerServer(s, into);
  }

  /** Does the server answer such a call at present? */
  answersCall(call: number): boolean {
    return this.answers === EVERYTHING || (this.answers === PINGS && call === Sock.PING);
  }

  /** The server may answer the oldest call of a socket, or another one first. */
  offerServer({ cookie, todo }: Socket, into: Offer): void {
    if (this.answersCall(todo[1]!)) into.add(codeOf(Kind.EXECUTE, cookie));
    if (todo.length > 2 && this.answersCall(todo[3]!)) into.add(codeOf(Kind.OVERTAKE, cookie));
  }

  happen(w: World, kind: number, cookie: number): void {
    if (kind === Kind.ANSWER) return this.server!.answer(w, cookie);
    if (kind === Kind.HEAR) return this.server!.hear(w, cookie);
    const s = this.find(cookie)!;
    const stale = s.end === Sock.GONE;
    if (stale) this.#forget(s);
    else if (s.isDatagram && Datagram.happen(w, s, kind)) return;
    switch (kind) {
      case Kind.SYN:
        return this.#accept(w, s);
      case Kind.ESTABLISHED:
        if (!stale) this.#established(w, s);
        return w.post(Event.established(cookie, s.port));
      case Kind.FAILED:
        if (!stale) this.#failed(w, s);
        return w.post(Event.failed(cookie, s.errorCode));
      case Kind.ARRIVE:
        return this.#arrive(w, s);
      case Kind.ARRIVE_CUT:
        return this.server!.arriveCut(w, s, this.scenario.cutBytes);
      case Kind.DATA:
        return this.#data(w, s, Sock.REPLY_BYTES - s.given);
      case Kind.CUT:
        return this.#data(w, s, this.scenario.cutBytes);
      case Kind.JOINED:
        return this.#data(w, s, s.coming);
      case Kind.FIN:
        s.finSeen = true;
        return w.post(Event.fin(cookie));
      case Kind.TAKEN: {
        const bytes = s.untaken;
        s.untaken = 0;
        return w.post(Event.taken(cookie, bytes));
      }
      case Kind.EXECUTE:
        return this.#execute(s, 0);
      case Kind.OVERTAKE:
        return this.#execute(s, 2);
    }
  }

  connect(w: World, effect: Effect<"connect">): void {
    const { cookie, xprt, probe, localPort } = effect;
    const s = new Socket(cookie, xprt, probe, localPort ?? this.nextPort++, this.isDatagram);
    if (localPort !== undefined && localPort < this.takenBelow) s.error = Sock.IN_USE;
    if (this.hole && !s.isDatagram) s.hold(w.now);
    this.sockets.push(s);
    this.#xprts[cookie] = xprt;
    if (probe) return;
    const x = w.xprts[xprt]!;
    x.cookie = cookie;
    x.connects++;
    x.owesMs = 0;
  }

  send(w: World, cookie: number, xid: number, call: number, bytes: number): void {
    const s = this.find(cookie);
    if (s === undefined || s.end !== Sock.UP) return;
    s.untaken += bytes;
    // TCP keeps what meets a blackhole, and tries again.
    if (s.isDatagram && (this.hole || s.out.length >= 2 * this.scenario.mostDatagrams)) return;
    s.out.push(xid | 0, call);
    if (this.hole) s.hold(w.now);
  }

  /** The core is done with a socket. */
  drop(w: World, cookie: number): void {
    const s = this.find(cookie);
    if (s === undefined || s.end === Sock.GONE) return;
    this.server?.gone(cookie);
    const silenced = s.end === Sock.UP && !s.finSeen;
    if (!s.probe && !w.isClosed && !silenced) this.#lost(w, s, s.end === Sock.SYN_SENT ? "ETIMEDOUT" : "fin");
    s.synPending = s.end === Sock.SYN_SENT && s.peer === Sock.OPEN;
    // What had arrived at a server that knew nothing of it is answered by a reset.
    if (s.out.length > 0 && s.peer === Sock.CLOSED && !this.hole) s.error = Sock.RESET;
    s.fin &&= !s.finSeen;
    s.end = Sock.GONE;
    s.peer = Sock.CLOSED;
    s.out = [];
    s.todo.length = 0;
    const late = s.synPending || s.coming > 0 || s.fin || s.error !== Sock.NO_ERROR;
    if (!this.scenario.stale || !late) this.#forget(s);
  }

  #accept(w: World, s: Socket): void {
    if (this.listening === "refuse") {
      s.error = Sock.REFUSED;
      return;
    }
    s.peer = Sock.OPEN;
    if (this.listening !== "slam") {
      this.server?.accept(w, s);
      return;
    }
    s.peer = Sock.CLOSED;
    s.fin = true;
  }

  #established(w: World, s: Socket): void {
    s.end = Sock.UP;
    s.heardAt = w.now;
    if (s.probe) return;
    const x = w.xprts[s.xprt]!;
    x.port = s.port;
    x.portTaken = false;
    x.unanswered = 0;
  }

  #failed(w: World, s: Socket): void {
    if (!s.probe) this.#lost(w, s, s.errorCode);
    s.end = Sock.GONE;
    this.#forget(s);
  }

  #arrive(w: World, s: Socket): void {
    const xid = s.out[0]!;
    const call = s.out[1]!;
    if (s.peer === Sock.OPEN) {
      Sock.takePair(s.out, 0);
      this.take(w, s, xid, call);
      return;
    }
    s.out = [];
    s.error = Sock.RESET;
  }

  /** A call comes to the server. */
  take(w: World, s: Socket, xid: number, call: number): void {
    if (this.server === undefined) s.todo.push(xid, call);
    else this.server.arrive(w, s, xid, call);
  }

  #execute(s: Socket, at: number): void {
    const xid = s.todo[at]!;
    const call = s.todo[at + 1]!;
    Sock.takePair(s.todo, at);
    s.back.push(xid, call);
  }

  #data(w: World, s: Socket, count: number): void {
    // Which calls are answered by these bytes; a ping's answer does not count as a reply.
    const { back } = s;
    let replies = 0;
    for (let i = 0, n = s.given + count; n >= Sock.REPLY_BYTES; i++, n -= Sock.REPLY_BYTES) {
      if (back[2 * i + 1] !== Sock.PING) replies++;
    }
    this.heard(w, s, replies);
    w.post(Event.data(s.cookie, s.read(count)));
  }

  /** Bytes come to the client, and with them so many calls' replies. */
  heard(w: World, s: Socket, replies: number): void {
    s.heardAt = w.now;
    if (replies === 0) return;
    s.answered = true;
    if (s.probe || s.end !== Sock.UP) return;
    const x = w.xprts[s.xprt]!;
    x.connects = 0;
    x.failures = 0;
  }

  #lost(w: World, s: Socket, code: string): void {
    w.xprts[s.xprt]!.lost(s, code, w.scenario.config.reconnect, w.now);
  }

  #forget(s: Socket): void {
    const { sockets } = this;
    let at = sockets.indexOf(s);
    if (at < 0) return;
    for (at++; at < sockets.length; at++) sockets[at - 1] = sockets[at]!;
    sockets.pop();
  }
}

/** One late event of a socket that the core is done with. */
function offerStale(s: Socket, into: Offer): void {
  const { cookie } = s;
  if (s.synPending) into.add(codeOf(Kind.ESTABLISHED, cookie));
  else if (s.coming > 0) into.add(codeOf(Kind.DATA, cookie));
  else if (s.fin) into.add(codeOf(Kind.FIN, cookie));
  if (s.error !== Sock.NO_ERROR) into.add(codeOf(Kind.FAILED, cookie));
}
