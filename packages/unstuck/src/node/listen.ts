import { performance } from "node:perf_hooks";
import {
  type ConnId,
  type ConnSnapshot,
  Dispatcher,
  Drive,
  type Instant,
  type Peer,
  type Service,
  Svc,
  type SvcEffect,
  type SvcEvent,
  type SvcLimits,
  type SvcNotice,
  type SvcStats,
} from "../sunrpc/mod.js";
import type { SvcLine, SvcSink } from "./listen-line.js";
import { WriteBatch } from "./write-batch.js";

const MAX_TIMER_MS = 0x7fffffff;

export interface SvcDriverOptions {
  readonly services: readonly Service[];
  readonly limits?: Partial<SvcLimits> | undefined;
  /** Hears what a log would want to say. What it throws is an uncaught exception. */
  readonly onNotice?: ((notice: SvcNotice) => void) | undefined;
}

/** Owns one server core: gives it sockets' events and the time, performs what it wants, runs the handlers. */
export class SvcDriver {
  readonly #core: Svc;
  readonly #drive: Drive<SvcEvent, SvcEffect>;
  readonly #dispatcher: Dispatcher;
  readonly #onNotice: ((notice: SvcNotice) => void) | undefined;
  /** Sockets the core knows. */
  readonly #conns = new Map<ConnId, Conn>();
  /** Sockets that still exist. */
  readonly #unclosed = new Set<Conn>();
  #lastConn: ConnId = 0;
  #dirty: Conn[] = [];
  #timer: NodeJS.Timeout | undefined;
  #timerAt: Instant = Number.POSITIVE_INFINITY;
  #draining = false;
  #whenEmpty: (() => void)[] = [];
  readonly #flush = () => this.#flushDirty();

  constructor(options: SvcDriverOptions) {
    this.#core = new Svc(options.services, options.limits);
    this.#onNotice = options.onNotice;
    this.#drive = new Drive(this.#core, {
      now: () => performance.now(),
      perform: (effect) => this.#perform(effect),
      rested: () => this.#armTimer(),
    });
    this.#dispatcher = new Dispatcher((event) => this.#drive.post(event));
  }

  get stats(): SvcStats {
    return this.#core.stats;
  }

  snapshot(): readonly ConnSnapshot[] {
    return this.#core.snapshot();
  }

  /** Takes over a socket. `open` makes its line; it may hear of bytes right after. */
  accept(kind: "stream" | "datagram", peer: Peer, open: (sink: SvcSink) => SvcLine): void {
    const conn = new Conn(++this.#lastConn, this);
    this.#conns.set(conn.id, conn);
    this.#unclosed.add(conn);
    conn.line = open(conn);
    this.post({ type: "accepted", conn: conn.id, kind, peer });
  }

  /** Answers what was received, resets what is left after `ms`, and waits until no socket is left. */
  async drain(ms: number): Promise<void> {
    this.#draining = true;
    this.post({ type: "drain", until: performance.now() + ms });
    // The core acts on a deadline that has passed already only when it is told the time again.
    if (ms <= 0) this.post({ type: "deadline" });
    this.#timer?.ref();
    if (this.#unclosed.size > 0) await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
    clearTimeout(this.#timer);
  }

  post(event: SvcEvent): void {
    this.#drive.post(event);
  }

  room(conn: ConnId): Uint8Array | undefined {
    return this.#core.room(conn);
  }

  gone(conn: Conn): void {
    this.#unclosed.delete(conn);
    if (this.#unclosed.size > 0) return;
    for (const resolve of this.#whenEmpty) resolve();
    this.#whenEmpty = [];
  }

  #perform(effect: SvcEffect): void {
    switch (effect.type) {
      case "invoke":
        this.#dispatcher.invoke(effect.calls);
        return;
      case "send":
        this.#send(effect);
        return;
      case "unused":
        effect.tail.release?.();
        return;
      case "pause":
        this.#conns.get(effect.conn)?.line.pause();
        return;
      case "resume":
        this.#conns.get(effect.conn)?.line.resume();
        return;
      case "close":
      case "abort":
        this.#end(effect.conn, effect.type);
        return;
      case "notice":
        this.#onNotice?.(effect.notice);
    }
  }

  #send({ conn: id, bytes, to, tail }: Extract<SvcEffect, { type: "send" }>): void {
    const conn = this.#conns.get(id);
    if (conn === undefined) {
      tail?.release?.();
      return;
    }
    if (to !== undefined) {
      conn.line.sendTo(bytes, to);
      return;
    }
    if (conn.batch.bytes === 0) {
      // After the microtasks of this turn: whatever they answer goes out in the same write.
      if (this.#dirty.length === 0) process.nextTick(this.#flush);
      this.#dirty.push(conn);
    }
    conn.batch.add(bytes, tail?.release);
  }

  #flushDirty(): void {
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const conn of dirty) conn.flush();
  }

  #end(id: ConnId, how: "close" | "abort"): void {
    const conn = this.#conns.get(id);
    if (conn === undefined) return;
    this.#conns.delete(id);
    if (how === "close") {
      conn.flush();
      conn.over = true;
      conn.line.shutdown();
    } else {
      conn.over = true;
      conn.batch.takeReleases()?.();
      conn.line.abort();
    }
  }

  /** One timer follows the core's deadline. It may fire early; the core then asks for the rest. */
  #armTimer(): void {
    const { deadline } = this.#core;
    if (deadline === undefined || deadline >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = deadline;
    const ms = Math.min(Math.max(0, Math.ceil(deadline - performance.now())), MAX_TIMER_MS);
    this.#timer = setTimeout(() => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.post({ type: "deadline" });
    }, ms);
    // Sockets keep the process alive, their time limits don't; an end that somebody waits for does.
    if (!this.#draining) this.#timer.unref();
  }
}

/** Between the core, which knows an id, and a line, which knows a socket. */
class Conn implements SvcSink {
  readonly id: ConnId;
  readonly batch = new WriteBatch();
  line!: SvcLine;
  over = false;
  readonly #driver: SvcDriver;

  constructor(id: ConnId, driver: SvcDriver) {
    this.id = id;
    this.#driver = driver;
  }

  flush(): void {
    if (this.over || this.batch.bytes === 0) return;
    const { bytes } = this.batch;
    this.line.send(this.batch.take(), bytes, this.batch.takeReleases());
  }

  room(): Uint8Array | undefined {
    return this.over ? undefined : this.#driver.room(this.id);
  }

  data(bytes: Uint8Array, from?: Peer): void {
    if (this.over) return;
    this.#driver.post(
      from === undefined
        ? { type: "data", conn: this.id, bytes }
        : { type: "data", conn: this.id, bytes, from },
    );
  }

  wrote(bytes: number): void {
    if (!this.over) this.#driver.post({ type: "writable", conn: this.id, bytes });
  }

  fin(): void {
    if (!this.over) this.#driver.post({ type: "fin", conn: this.id });
  }

  error(code: string): void {
    if (!this.over) this.#driver.post({ type: "error", conn: this.id, code });
  }

  closed(): void {
    this.#driver.gone(this);
  }
}
