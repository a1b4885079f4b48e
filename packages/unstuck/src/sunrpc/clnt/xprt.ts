import type { Cookie, HistoryEntry, Instant, TaskId } from "../port.js";
import type { RecordReader } from "../record.js";
import type { ProbeStage, XprtState } from "./clnt.states.js";

/** The most history a transport remembers; the oldest line goes first. */
export const HISTORY_LINES = 64;

/** A waiting list: calls in one state of waiting, oldest first, by their key in the table. One that moved on is stale. */
export class WaitList {
  #tasks: TaskId[] = [];
  #head = 0;

  push(task: TaskId): void {
    this.#tasks.push(task);
  }

  shift(): TaskId | undefined {
    const task = this.#tasks[this.#head];
    if (task === undefined) return undefined;
    this.#head++;
    if (this.#head === this.#tasks.length) this.clear();
    else if (this.#head > 1024 && this.#head * 2 > this.#tasks.length) {
      this.#tasks = this.#tasks.slice(this.#head);
      this.#head = 0;
    }
    return task;
  }

  peek(): TaskId | undefined {
    return this.#tasks[this.#head];
  }

  /** The one at `index`, below {@link length}; stale or not. */
  at(index: number): TaskId {
    return this.#tasks[this.#head + index]!;
  }

  clear(): void {
    if (this.#tasks.length > 0) this.#tasks = [];
    this.#head = 0;
  }

  get isEmpty(): boolean {
    return this.#head === this.#tasks.length;
  }

  /** Stale entries included. */
  get length(): number {
    return this.#tasks.length - this.#head;
  }

  /** Drops the entries that `waits` says no to. */
  keep(waits: (task: TaskId) => boolean): void {
    this.#tasks = this.#tasks.slice(this.#head).filter(waits);
    this.#head = 0;
  }

  /** What waits, for digests and snapshots. */
  toArray(): readonly TaskId[] {
    return this.#tasks.slice(this.#head);
  }

  clone(): WaitList {
    const copy = new WaitList();
    copy.#tasks = this.#tasks.slice(this.#head);
    return copy;
  }
}

/** The path probe of one transport. Plain data. */
export class Probe {
  stage: ProbeStage = "none";
  /** The probe's own socket, 0 when there is none. */
  cookie: Cookie = 0;
  xid = 0;
  /** When this stage ends. */
  until: Instant = Number.POSITIVE_INFINITY;
  since: Instant = 0;
  /** Attempts of this probe, and why the last one failed. */
  attempts = 0;
  lastFailure = "";
  reader: RecordReader | undefined;

  clone(): Probe {
    const copy: Probe = Object.assign(new Probe(), this);
    copy.reader = this.reader?.clone();
    return copy;
  }
}

/** One transport: a source port, at most one connection, and who waits for it. Plain data. */
export class Xprt {
  readonly id: number;
  state: XprtState = "idle";
  stateSince: Instant;
  /** The socket, connect attempt included; 0 when there is none. Events of any other cookie are stale. */
  cookie: Cookie = 0;
  /** The source port to come back from; 0 while none is known. */
  localPort = 0;
  /** Somebody else has that port now. */
  portTaken = false;
  /** Parser state belongs to one connection and dies with it. */
  reader: RecordReader | undefined;
  /** Ends the present state: the back-off, the connect attempt, the idle connection. */
  timerAt: Instant = Number.POSITIVE_INFINITY;

  /** Connects and connections that failed since the last reply: the back-off's exponent. */
  failures = 0;
  /** Those of them in a row that nobody answered (timeout, reset). */
  unanswered = 0;
  lastFailure = "";
  /** The pause that the last failure asked for ends then, whoever waits for the connection meanwhile. */
  restUntil: Instant = 0;
  /** The last handshake's length; 0 while unknown. */
  connectMs = 0;
  /** A reply came on the present connection. */
  answered = false;
  /** Times the probe replaced the connection since the last reply of a call. */
  replacements = 0;

  /** Calls that hold a slot, and those of them that are sent or wait for buffer space. */
  used = 0;
  pending = 0;
  /** Bytes handed to the OS and not yet taken by it. */
  unsent = 0;
  readonly waiting: { slot: WaitList; connect: WaitList; space: WaitList };

  heardAt: Instant | undefined;
  /** When the last whole record came, or else the connection began. */
  recordAt: Instant = 0;
  /** Since when `pending` is above zero on this connection; since when it is zero. */
  busySince: Instant = 0;
  idleSince: Instant = 0;
  /** When to look whether the connection has gone silent. */
  checkAt: Instant = Number.POSITIVE_INFINITY;
  probe = new Probe();

  connects = 0;
  bytesSent = 0;
  bytesReceived = 0;
  history: HistoryEntry[] = [];

  constructor(id: number, now: Instant) {
    this.id = id;
    this.stateSince = now;
    this.waiting = { slot: new WaitList(), connect: new WaitList(), space: new WaitList() };
  }

  clone(): Xprt {
    const copy: Xprt = Object.assign(new Xprt(this.id, this.stateSince), this);
    copy.reader = this.reader?.clone();
    copy.probe = this.probe.clone();
    copy.history = this.history.slice();
    Object.assign(copy, {
      waiting: {
        slot: this.waiting.slot.clone(),
        connect: this.waiting.connect.clone(),
        space: this.waiting.space.clone(),
      },
    });
    return copy;
  }
}
