/** The server core under peers, handlers, a clock and an operator whose every order can be had. By chance only: it has no copy. */
import {
  type Call,
  type ConnId,
  type Peer,
  type Service,
  Svc,
  type SvcEffect,
  type SvcEvent,
  type SvcLimits,
  service,
  setCallXid,
} from "unstuck/sunrpc";
import { uint32 as uint32Codec } from "unstuck/xdr";
import { newRecord, uint32 } from "./record.js";

/** What a world needs of the server core. */
export type SvcClass = new (services: readonly Service[], limits: Partial<SvcLimits>) => Svc;

/** Peers that connect, each with its calls; then the operator drains the server. Times in ms. */
export interface ServerScenario {
  readonly name: string;
  readonly peers: number;
  readonly callsEach: number;
  /** Peers that may reset their connection instead of ending it. */
  readonly resets: number;
  readonly limits: SvcLimits;
  /** The operator may drain the server when so many calls were made, or nothing else is left to do. */
  readonly drainAfter: number;
  /** How many times the clock may move although something else could happen. */
  readonly early: number;
  /** What a drain may take. */
  readonly drainMs: number;
}

const ACTORS = [
  { name: "peer", kind: "peer", fairness: "weak" },
  { name: "handler", kind: "thread", fairness: "weak" },
  { name: "timer", kind: "timer", fairness: "weak" },
  { name: "operator", kind: "operator", fairness: "weak" },
] as const;

const TEST = {
  name: "MILL_PROGRAM",
  versionName: "MILL_V3",
  prog: 100003,
  vers: 3,
  procedures: {
    DOUBLE: { name: "DOUBLE", prog: 100003, vers: 3, proc: 1, arg: uint32Codec, res: uint32Codec },
  },
} as const;
const SERVICES = [service(TEST, { DOUBLE: (n) => 2 * n })];

/** Mark, xid, REPLY, MSG_ACCEPTED, verifier, SUCCESS, and a number. */
const REPLY_BYTES = 32;
/** A call of a program that is not there is refused; every third is one. */
const isStranger = (call: number): boolean => call % 3 === 2;

class Connection {
  readonly id: ConnId;
  /** `dead`: reset by the peer, and the server has not let go of it yet. */
  state: "new" | "open" | "dead" | "over" = "new";
  isPaused = false;
  hasEnded = false;
  /** Calls sent whole, bytes of the next one sent already, and which of them were answered. */
  sent = 0;
  given = 0;
  readonly answered = new Set<number>();
  unsentBytes = 0;
  takenAt = 0;

  constructor(id: ConnId) {
    this.id = id;
  }
}

/** One run, as the explorer wants it: choices, one of them at a time, and how it ended. */
export class ServerWorld {
  readonly scenario: ServerScenario;
  readonly svc: Svc;
  readonly subject: { readonly name: string; readonly fingerprint: string; readonly actors: typeof ACTORS };
  now = 0;
  over: undefined | "goal" | "stuck" | { readonly broken: string; readonly why: string };
  readonly #conns: readonly Connection[];
  #pending: Call[] = [];
  #resets = 0;
  #early = 0;
  #drainUntil = Number.POSITIVE_INFINITY;
  #choices: { readonly name: string; readonly actor: number; readonly happen: () => void }[] = [];
  #past = 0;

  constructor(scenario: ServerScenario, svc: SvcClass = Svc) {
    this.scenario = scenario;
    this.subject = { name: scenario.name, fingerprint: "server1", actors: ACTORS };
    this.svc = new svc(SERVICES, scenario.limits);
    this.#conns = Array.from({ length: scenario.peers }, (_, i) => new Connection(i + 1));
    this.#offer();
  }

  choices(): readonly { readonly name: string; readonly actor: number }[] {
    return this.#choices;
  }

  /** Of the past, not the present: no two states of a run are taken for the same. */
  digest(): number {
    return this.#past;
  }

  step(index: number): void {
    const { name, happen } = this.#choices[index]!;
    for (let i = 0; i < name.length; i++) this.#past = (Math.imul(this.#past, 31) + name.charCodeAt(i)) >>> 0;
    try {
      happen();
      this.#checkLimits();
    } catch (error) {
      this.#fail("core-throws", String(error));
    }
    this.#offer();
  }

  #offer(): void {
    this.#choices = [];
    if (this.over !== undefined) return;
    for (const c of this.#conns) this.#offerPeer(c);
    const last = this.#pending.length - 1;
    if (last >= 0) this.#add(1, "handler.answer", () => this.#answer(0));
    if (last > 0) this.#add(1, "handler.overtake", () => this.#answer(last));
    if (last >= 0) this.#add(1, "handler.fail", () => this.#failCall());
    const isIdle = this.#choices.length === 0;
    const calls = this.#conns.reduce((sum, { sent }) => sum + sent, 0);
    if (this.#drainUntil === Number.POSITIVE_INFINITY && (isIdle || calls >= this.scenario.drainAfter))
      this.#add(3, "operator.drain", () => this.#drain());
    const { deadline } = this.svc;
    if (deadline !== undefined && (isIdle || this.#early < this.scenario.early))
      this.#add(2, "timer.deadline", () => this.#moveClock(deadline));
    if (!isIdle || this.#drainUntil === Number.POSITIVE_INFINITY) return;
    if (this.#conns.every(({ state }) => state === "over")) this.#end();
    else if (this.#choices.length === 0) this.over = "stuck";
  }

  #offerPeer(c: Connection): void {
    if (c.state === "new") this.#add(0, `peer.connect.${c.id}`, () => this.#connect(c));
    if (c.state !== "open") return;
    if (c.unsentBytes > 0) this.#add(0, `peer.take.${c.id}`, () => this.#taken(c));
    if (this.#resets < this.scenario.resets) this.#add(0, `peer.reset.${c.id}`, () => this.#reset(c));
    if (c.hasEnded || c.isPaused) return;
    if (c.sent < this.scenario.callsEach) {
      this.#add(0, `peer.call.${c.id}`, () => this.#call(c, Number.POSITIVE_INFINITY));
      if (c.given === 0) this.#add(0, `peer.cut.${c.id}`, () => this.#call(c, 6));
    } else this.#add(0, `peer.fin.${c.id}`, () => this.#fin(c));
  }

  #add(actor: number, name: string, happen: () => void): void {
    this.#choices.push({ name, actor, happen });
  }

  #connect(c: Connection): void {
    c.state = "open";
    c.takenAt = this.now;
    const peer: Peer = { address: "192.0.2.1", port: 700 + c.id, transport: "tcp" };
    this.#post({ type: "accepted", conn: c.id, kind: "stream", peer });
  }

  #call(c: Connection, most: number): void {
    const { bytes: slab, start, end } = newRecord(c.sent);
    const bytes = slab.slice(start, end);
    setCallXid(bytes, c.sent);
    if (isStranger(c.sent)) bytes[19] = 99;
    const part = bytes.slice(c.given, c.given + most);
    c.given += part.length;
    if (c.given === bytes.length) {
      c.given = 0;
      c.sent++;
    }
    this.#post({ type: "data", conn: c.id, bytes: part });
  }

  #fin(c: Connection): void {
    c.hasEnded = true;
    this.#post({ type: "fin", conn: c.id });
  }

  #reset(c: Connection): void {
    this.#resets++;
    c.state = "dead";
    this.#post({ type: "error", conn: c.id, code: "ECONNRESET" });
  }

  #taken(c: Connection): void {
    const bytes = c.unsentBytes;
    c.unsentBytes = 0;
    c.takenAt = this.now;
    this.#post({ type: "writable", conn: c.id, bytes });
  }

  #answer(at: number): void {
    const [call] = this.#pending.splice(at, 1);
    const bytes = new Uint8Array(REPLY_BYTES);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, 0x80000000 + REPLY_BYTES - 4);
    view.setUint32(4, call!.xid);
    view.setUint32(8, 1);
    this.#post({ type: "replied", calls: [call!], bytes });
  }

  #failCall(): void {
    const call = this.#pending.shift()!;
    this.#post({ type: "failed", call, code: "SYSTEM_ERR", error: new Error("by chance") });
  }

  #drain(): void {
    this.#drainUntil = this.now + this.scenario.drainMs;
    this.#post({ type: "drain", until: this.#drainUntil });
  }

  #moveClock(deadline: number): void {
    this.#early++;
    this.now = Math.max(this.now, deadline);
    this.#post({ type: "deadline" });
  }

  #post(event: SvcEvent): void {
    for (const effect of this.svc.step(this.now, event)) this.#perform(effect, event.type === "accepted");
  }

  #perform(effect: SvcEffect, atOnce: boolean): void {
    switch (effect.type) {
      case "invoke":
        this.#pending.push(...effect.calls);
        return;
      case "send":
        return this.#sent(this.#open(effect.conn, "send"), effect.bytes);
      case "pause":
      case "resume":
        this.#open(effect.conn, effect.type).isPaused = effect.type === "pause";
        return;
      case "close":
        return this.#closed(this.#open(effect.conn, "close"));
      case "abort":
        return this.#aborted(this.#conns[effect.conn - 1]!, atOnce);
      default:
        return;
    }
  }

  #open(id: ConnId, what: string): Connection {
    const c = this.#conns[id - 1]!;
    if (c.state !== "open") this.#fail("current-connection", `${what} of connection ${id}, which is over`);
    return c;
  }

  #sent(c: Connection, bytes: Uint8Array): void {
    c.unsentBytes += bytes.length;
    for (let at = 0; at < bytes.length; at += 4 + (uint32(bytes, at) & 0x7fffffff)) {
      const xid = uint32(bytes, at + 4);
      if (xid >= c.sent) this.#fail("answers-once", `a reply to call ${xid}, which peer ${c.id} never made`);
      if (c.answered.has(xid)) this.#fail("answers-once", `call ${xid} of peer ${c.id} is answered again`);
      c.answered.add(xid);
    }
  }

  #closed(c: Connection): void {
    c.state = "over";
    if (c.answered.size < c.sent)
      this.#fail("always-answers", `peer ${c.id} made ${c.sent} calls and has ${c.answered.size} replies`);
    if (c.unsentBytes > 0)
      this.#fail("always-answers", `${c.unsentBytes} bytes for peer ${c.id} are dropped`);
  }

  #aborted(c: Connection, atOnce: boolean): void {
    if (c.state === "dead") {
      c.state = "over";
      return;
    }
    this.#open(c.id, "abort").state = "over";
    const isStuck = c.unsentBytes > 0 && this.now - c.takenAt >= this.scenario.limits.sendTimeoutMs;
    if (atOnce || isStuck || this.now >= this.#drainUntil) return;
    this.#fail("no-reset-without-reason", `connection ${c.id} is reset`);
  }

  #checkLimits(): void {
    const { limits } = this.scenario;
    const { connections, inFlight } = this.svc;
    if (connections > limits.connections) this.#fail("limits-hold", `${connections} connections`);
    if (inFlight > limits.calls) this.#fail("limits-hold", `${inFlight} calls in flight`);
    for (const c of this.#conns) {
      const mine = this.#pending.filter(({ conn }) => conn === c.id).length;
      if (mine > limits.callsPerConn) this.#fail("limits-hold", `${mine} calls of one connection`);
      if (c.unsentBytes > limits.unsentBytes + limits.callsPerConn * REPLY_BYTES)
        this.#fail("limits-hold", `${c.unsentBytes} unsent bytes of one connection`);
    }
  }

  #end(): void {
    if (this.svc.connections > 0 || this.svc.inFlight > 0)
      this.#fail("all-over", `${this.svc.connections} connections and ${this.svc.inFlight} calls are left`);
    this.#choices = [];
    this.over ??= "goal";
  }

  #fail(broken: string, why: string): void {
    this.over ??= { broken, why };
  }
}
