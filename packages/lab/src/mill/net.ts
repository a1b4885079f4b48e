/** The network and the server at its other end. */
import * as Kind from "./choice.js";
import { choice, type Offer } from "./choice.js";
import type { Effect } from "./property.js";
import type { Deed, MillScenario } from "./scenario.js";
import * as Sock from "./socket.js";
import { Socket } from "./socket.js";
import type { World } from "./world.js";

const FIRST_PORT = 700;

export type Listening = "serve" | "refuse" | "slam" | "mute" | "slow";

/** What data events show; the core copies it. */
const chunk = new Uint8Array(64 * Sock.REPLY_BYTES);
/** Its beginnings, by length: a new view costs more than the step. */
const views: Uint8Array[] = [];

function view(length: number): Uint8Array {
  for (let n = views.length; n <= length; n++) views.push(chunk.subarray(0, n));
  return views[length]!;
}

export class Net {
  readonly scenario: MillScenario;
  /** Those that something can still happen to, oldest first. */
  sockets: Socket[] = [];
  /** Nothing gets from the client to the server. */
  hole = false;
  listening: Listening = "serve";
  nextPort = FIRST_PORT;
  /** Ports below are somebody else's. */
  takenBelow = 0;
  /** By cookie. */
  #xprts: number[] = [];

  constructor(scenario: MillScenario) {
    this.scenario = scenario;
  }

  clone(): Net {
    const copy = new Net(this.scenario);
    copy.sockets = this.sockets.map((s) => s.clone());
    copy.hole = this.hole;
    copy.listening = this.listening;
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

  /** When TCP next tries again what met the blackhole. */
  nextRetry(now: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (const s of this.sockets)
      if (s.retryAt > now && s.end !== Sock.GONE) next = Math.min(next, s.retryAt);
    return next;
  }

  /** Adds what can happen in the network and at the server. */
  offer(now: number, into: Offer): void {
    for (let i = 0; i < this.sockets.length; i++) {
      const s = this.sockets[i]!;
      if (s.end === Sock.GONE) this.#offerStale(s, into);
      else this.#offerLive(s, now, into);
    }
  }

  #offerLive(s: Socket, now: number, into: Offer): void {
    const { cookie } = s;
    const through = !this.hole && now >= s.retryAt;
    if (s.error !== Sock.NO_ERROR) into.add(choice(Kind.FAILED, cookie));
    if (s.end === Sock.SYN_SENT) {
      if (s.peer === Sock.UNKNOWN) {
        if (through && s.error === Sock.NO_ERROR) into.add(choice(Kind.SYN, cookie));
      } else if (s.error !== Sock.REFUSED) into.add(choice(Kind.ESTABLISHED, cookie));
    } else {
      if (s.out.length > 0 && through && s.error === Sock.NO_ERROR) into.add(choice(Kind.ARRIVE, cookie));
      if (s.untaken > 0) into.add(choice(Kind.TAKEN, cookie));
      this.#offerData(s, into);
    }
    if (s.todo.length === 0 || this.listening === "mute") return;
    const slow = this.listening === "slow";
    if (!slow || s.todo[1] === Sock.PING) into.add(choice(Kind.EXECUTE, cookie));
    if (s.todo.length > 2 && (!slow || s.todo[3] === Sock.PING)) into.add(choice(Kind.OVERTAKE, cookie));
  }

  #offerData(s: Socket, into: Offer): void {
    const { cookie, coming } = s;
    if (coming > 0) {
      into.add(choice(Kind.DATA, cookie));
      const { cutBytes } = this.scenario;
      if (cutBytes > 0 && coming > cutBytes && s.given === 0) into.add(choice(Kind.CUT, cookie));
      if (coming > Sock.REPLY_BYTES) into.add(choice(Kind.JOINED, cookie));
    } else if (s.fin && !s.finSeen) into.add(choice(Kind.FIN, cookie));
  }

  /** One late event of a socket that the core is done with. */
  #offerStale(s: Socket, into: Offer): void {
    if (s.synPending) into.add(choice(Kind.ESTABLISHED, s.cookie));
    else if (s.coming > 0) into.add(choice(Kind.DATA, s.cookie));
    else if (s.fin) into.add(choice(Kind.FIN, s.cookie));
    if (s.error !== Sock.NO_ERROR) into.add(choice(Kind.FAILED, s.cookie));
  }

  happen(w: World, kind: number, cookie: number): void {
    const s = this.find(cookie)!;
    const stale = s.end === Sock.GONE;
    if (stale) this.#forget(s);
    switch (kind) {
      case Kind.SYN:
        return this.#accept(s);
      case Kind.ESTABLISHED:
        if (!stale) this.#established(w, s);
        return w.post({ type: "established", cookie, localPort: s.port });
      case Kind.FAILED:
        if (!stale) this.#failed(w, s);
        return w.post({ type: "error", cookie, code: s.errorCode });
      case Kind.ARRIVE:
        return this.#arrive(s);
      case Kind.DATA:
        return this.#data(w, s, Sock.REPLY_BYTES - s.given);
      case Kind.CUT:
        return this.#data(w, s, this.scenario.cutBytes);
      case Kind.JOINED:
        return this.#data(w, s, s.coming);
      case Kind.FIN:
        s.finSeen = true;
        return w.post({ type: "fin", cookie });
      case Kind.TAKEN: {
        const bytes = s.untaken;
        s.untaken = 0;
        return w.post({ type: "writable", cookie, bytes });
      }
      case Kind.EXECUTE:
        return this.#execute(w, s, 0);
      case Kind.OVERTAKE:
        return this.#execute(w, s, 2);
    }
  }

  connect(w: World, effect: Effect<"connect">): void {
    const { cookie, xprt, probe, localPort } = effect;
    const s = new Socket(cookie, xprt, probe, localPort ?? this.nextPort++);
    if (localPort !== undefined && localPort < this.takenBelow) s.error = Sock.IN_USE;
    if (this.hole) s.hold(w.now);
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
    s.out.push(xid, call);
    s.untaken += bytes;
    if (this.hole) s.hold(w.now);
  }

  /** The core is done with a socket. */
  drop(w: World, cookie: number): void {
    const s = this.find(cookie);
    if (s === undefined || s.end === Sock.GONE) return;
    const silenced = s.end === Sock.UP && !s.finSeen;
    if (!s.probe && !w.isClosed && !silenced) this.#lost(w, s, s.end === Sock.SYN_SENT ? "ETIMEDOUT" : "fin");
    s.synPending = s.end === Sock.SYN_SENT && s.peer === Sock.OPEN;
    // What had arrived at a server that knew nothing of it is answered by a reset.
    if (s.out.length > 0 && s.peer === Sock.CLOSED && !this.hole) s.error = Sock.RESET;
    s.fin &&= !s.finSeen;
    s.end = Sock.GONE;
    s.peer = Sock.CLOSED;
    s.out.length = 0;
    s.todo.length = 0;
    const late = s.synPending || s.coming > 0 || s.fin || s.error !== Sock.NO_ERROR;
    if (!this.scenario.stale || !late) this.#forget(s);
  }

  deed(deed: Deed, now: number): void {
    switch (deed) {
      case "blackhole":
        this.hole = true;
        for (const s of this.sockets) {
          if (s.out.length > 0 || (s.end === Sock.SYN_SENT && s.peer === Sock.UNKNOWN)) s.hold(now);
        }
        return;
      case "heal":
        this.hole = false;
        for (const s of this.sockets) s.release(now);
        return;
      case "restart-rst":
        return this.#endAll("rst");
      case "restart-fin":
        return this.#endAll("fin");
      case "restart-silent":
        return this.#endAll("silent");
      case "refuse":
        this.listening = "refuse";
        return this.#endAll("rst");
      case "slam":
      case "mute":
      case "slow":
      case "serve":
        this.listening = deed;
        return;
      case "take-ports":
        this.takenBelow = this.nextPort;
        return;
      case "pause":
    }
  }

  #endAll(how: "rst" | "fin" | "silent"): void {
    for (const s of this.sockets) {
      if (s.peer !== Sock.OPEN) continue;
      s.peer = Sock.CLOSED;
      s.todo.length = 0;
      if (how === "rst") s.error = Sock.RESET;
      else if (how === "fin") s.fin = true;
    }
  }

  #accept(s: Socket): void {
    if (this.listening === "refuse") {
      s.error = Sock.REFUSED;
      return;
    }
    s.peer = Sock.OPEN;
    if (this.listening !== "slam") return;
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

  #arrive(s: Socket): void {
    const xid = s.out[0]!;
    const call = s.out[1]!;
    if (s.peer === Sock.OPEN) {
      s.out.shift();
      s.out.shift();
      s.todo.push(xid, call);
      return;
    }
    s.out.length = 0;
    s.error = Sock.RESET;
  }

  #execute(w: World, s: Socket, at: number): void {
    const xid = s.todo[at]!;
    const call = s.todo[at + 1]!;
    s.todo.splice(at, 2);
    s.back.push(xid, call);
    if (call !== Sock.PING) w.calls[call]!.executions++;
  }

  #data(w: World, s: Socket, count: number): void {
    s.heardAt = w.now;
    // Which calls are answered by these bytes; a ping's answer does not count as a reply.
    const whole = Math.floor((s.given + count) / Sock.REPLY_BYTES);
    let replies = 0;
    for (let i = 0; i < whole; i++) if (s.back[2 * i + 1] !== Sock.PING) replies++;
    s.read(count, chunk);
    if (replies > 0) {
      s.answered = true;
      if (!s.probe && s.end === Sock.UP) {
        const x = w.xprts[s.xprt]!;
        x.connects = 0;
        x.failures = 0;
      }
    }
    w.post({ type: "data", cookie: s.cookie, bytes: view(count) });
  }

  #lost(w: World, s: Socket, code: string): void {
    w.xprts[s.xprt]!.lost(s, code, w.scenario.config.reconnect, w.now);
  }

  #forget(s: Socket): void {
    const at = this.sockets.indexOf(s);
    if (at >= 0) this.sockets.splice(at, 1);
  }
}
