import { InvariantError } from "../errors.js";
import type { ClntEffect, Cookie, HistoryEntry, Instant, TaskId } from "../port.js";
import { RecordPool } from "../record.js";
import { TaskTable } from "../task-table.js";
import type { Call } from "./call.js";
import type { CallMove, XprtMove } from "./clnt.states.js";
import type { ClntConfig } from "./config.js";
import { HISTORY_LINES, Probe, Xprt } from "./xprt.js";

const NONE: readonly ClntEffect[] = [];

/**
 * The whole state of a client core, and the few moves that everything else is made of. `now` and the effects
 * belong to the step under way; the rest is plain data that {@link Machine.clone} copies.
 */
export class Machine {
  readonly config: ClntConfig;
  now: Instant;
  /**
   * The one table a call lives in, keyed by xid: counted from the first one, so that keys stay small integers
   * (and are the tasks' numbers).
   */
  calls = new TaskTable<Call>();
  xprts: Xprt[] = [];
  readonly firstXid: number;
  pings = 0;
  lastCookie: Cookie = 0;
  lastXprt = 0;
  /** A lower bound of the next timer: never later than it, sometimes earlier, so that the hot path needs no heap. */
  timerAt: Instant = Number.POSITIVE_INFINITY;
  /** Memory of large replies, shared by all connections. A cache: no part of the state. */
  readonly pool = new RecordPool();
  closed = false;
  /** A major timeout was announced and no reply has come since. */
  silent = false;
  #random: number;
  // Nearly all steps have one effect or two. A list that is pushed to gets room for seventeen.
  #first: ClntEffect | undefined;
  #second: ClntEffect | undefined;
  #more: ClntEffect[] = [];

  constructor(config: ClntConfig, now: Instant) {
    this.config = config;
    this.now = now;
    this.#random = config.seed >>> 0;
    this.firstXid = (this.random() * 2 ** 32) >>> 0;
    for (let id = 0; id < config.nconnect; id++) this.xprts.push(new Xprt(id, now));
  }

  /** In [0, 1). Deterministic from the seed (mulberry32). */
  random(): number {
    this.#random = (this.#random + 0x6d2b79f5) >>> 0;
    let t = this.#random;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Somewhere in the upper half of `ms`. */
  jitter(ms: number): number {
    return ms * (0.5 + this.random() / 2);
  }

  /** What is to be done, after what was said so far in this step. */
  emit(effect: ClntEffect): void {
    if (this.#first === undefined) this.#first = effect;
    else if (this.#second === undefined) this.#second = effect;
    else this.#more.push(effect);
  }

  /** The effects of this step. */
  takeEffects(): readonly ClntEffect[] {
    const first = this.#first;
    const second = this.#second;
    if (first === undefined) return NONE;
    this.#first = undefined;
    if (second === undefined) return [first];
    this.#second = undefined;
    if (this.#more.length === 0) return [first, second];
    const all = [first, second, ...this.#more];
    this.#more = [];
    return all;
  }

  arm(at: Instant): void {
    if (at < this.timerAt) this.timerAt = at;
  }

  newCookie(): Cookie {
    return ++this.lastCookie;
  }

  xidOf(task: TaskId): number {
    return (this.firstXid + task) >>> 0;
  }

  taskOf(xid: number): TaskId {
    return (xid - this.firstXid) >>> 0;
  }

  /** The core's own NULL calls have xids from the other half of the range than tasks have. */
  newPingXid(): number {
    this.pings = (this.pings + 1) & 0x7fffffff;
    return (this.firstXid + 0x80000000 + this.pings) >>> 0;
  }

  /** Moves a transport; `timerAt` ends the new state. */
  go(x: Xprt, { input, to, from }: XprtMove, timerAt: Instant = Number.POSITIVE_INFINITY): void {
    if (!isOneOf(from, x.state)) {
      throw new InvariantError(`xprt ${x.id}: ${x.state} --${input}--> ${to} is not in the table`, this.now);
    }
    x.state = to;
    x.stateSince = this.now;
    x.timerAt = timerAt;
    this.arm(timerAt);
  }

  /** Moves a call, and keeps its transport's count of what is pending. */
  goCall(call: Call, { input, to: next, from }: CallMove): void {
    const { state } = call;
    if (!isOneOf(from, state)) {
      throw new InvariantError(
        `xid ${call.xid}: ${state} --${input}--> ${next} is not in the table`,
        this.now,
      );
    }
    const was = state === "sent" || state === "space";
    const is = next === "sent" || next === "space";
    call.state = next;
    call.stateSince = this.now;
    if (was === is) return;
    const x = this.xprtOf(call);
    if (is) {
      if (x.pending++ === 0) x.busySince = this.now;
    } else if (--x.pending === 0) x.idleSince = this.now;
  }

  xprtOf(call: Call): Xprt {
    return this.xprts[call.xprt]!;
  }

  note(x: Xprt, what: HistoryEntry["what"], detail?: string, cookie: Cookie = x.cookie): void {
    const entry: HistoryEntry = { at: this.now, cookie, what, localPort: x.localPort || undefined, detail };
    if (x.history.length === HISTORY_LINES) x.history.shift();
    x.history.push(entry);
    this.emit({ type: "notice", notice: { kind: "history", xprt: x.id, entry } });
  }

  /** Whatever the probe was about, it is over. */
  endProbe(x: Xprt): void {
    if (x.probe.stage === "none") return;
    if (x.probe.cookie !== 0) this.emit({ type: "abort", cookie: x.probe.cookie });
    x.probe = new Probe();
  }

  /** A copy that shares nothing that changes. */
  clone(): Machine {
    const copy: Machine = Object.assign(new Machine(this.config, this.now), this, { pool: new RecordPool() });
    copy.#random = this.#random;
    copy.calls = new TaskTable();
    for (const call of this.calls.values()) copy.calls.set(call.task, call.clone());
    copy.xprts = this.xprts.map((x) => x.clone());
    return copy;
  }
}

/** Array.includes is a call into the engine; this is inlined. */
function isOneOf<S extends string>(states: readonly S[], state: S): boolean {
  for (let i = 0; i < states.length; i++) if (states[i] === state) return true;
  return false;
}
