import { performance } from "node:perf_hooks";
import type { Caller, CallOptions } from "../program/mod.js";
import {
  type AnyProcedure,
  authNone,
  type CallPolicy,
  type ClntEffect,
  type ClntEvent,
  type Cookie,
  callMark,
  callTemplate,
  Drive,
  type Instant,
  MARK_BYTES,
  type Notice,
  type OpaqueAuth,
  type Outcome,
  type Procedure,
  type TaskId,
} from "../sunrpc/mod.js";
import { locateEncode, type Span, wordsOf, XdrReader, XdrWriter } from "../xdr/mod.js";
import { Alarm } from "./alarm.js";
import { BusyPoll } from "./busy-poll.js";
import { badReplyError, errorOf } from "./call-error.js";
import type {
  CallWithOptions,
  ClntCore,
  Done,
  InFlight,
  RpcClientOptions,
  RpcClientSnapshot,
} from "./clnt-options.js";
import { type CallMessage, callChannel } from "./diagnostics.js";
import type { Dialer } from "./line.js";
import { Outlet } from "./outlet.js";
import { Pending } from "./pending.js";
import { MAX_DATAGRAM_BYTES } from "./udp.js";

const MAX_TASK = 0x7fffffff;

/**
 * An RPC client on Node: one core, its clock, its timer and its sockets. Holds the process open while a
 * socket is open or a call is in flight; `close()` ends both.
 */
export class RpcClient implements Caller, AsyncDisposable {
  readonly peer: string;
  readonly label: string;
  readonly #core: ClntCore;
  readonly #drive: Drive<ClntEvent, ClntEffect>;
  readonly #dialer: Dialer;
  readonly #policy: CallPolicy;
  readonly #cred: OpaqueAuth;
  readonly #closeMs: number;
  /** The front of every call of a procedure, as words. */
  readonly #templates = new Map<AnyProcedure, Uint32Array>();
  #lastProc: AnyProcedure | undefined;
  #lastTemplate: Uint32Array = new Uint32Array(0);
  readonly #writer = new XdrWriter();
  readonly #reader = new XdrReader(new Uint8Array(0));

  #lastTask: TaskId = -1;
  #wrapped = false;
  /** Calls without an outcome. */
  #inFlight = 0;
  /** The call being posted right now: a callback must not come before `callWith` returns. */
  #starting: TaskId = -1;
  /** Sockets the core still knows. */
  readonly #outlets = new Map<Cookie, Outlet>();
  /** Sockets that still exist. */
  readonly #unclosed = new Set<Outlet>();
  #dirty: Outlet[] = [];
  readonly #poll = new BusyPoll();
  readonly #alarm = new Alarm(() => this.#onAlarm());
  readonly #listeners = new Set<(notice: Notice) => void>();
  #closing: Promise<void> | undefined;
  #allClosed: (() => void) | undefined;

  constructor(options: RpcClientOptions) {
    this.#core = options.core;
    this.#dialer = options.dialer;
    this.#policy = options.policy;
    this.#cred = options.cred ?? authNone();
    this.#closeMs = options.closeMs ?? 2000;
    this.peer = options.dialer.peer;
    this.label = options.label ?? options.dialer.peer;
    this.#drive = new Drive(options.core, {
      now: clock,
      perform: (effect, now) => this.#perform(effect, now),
      rested: (now) => this.#rested(now),
    });
  }

  /** See {@link Caller.call}. */
  call<A, R>(proc: Procedure<A, R>, args: A, options?: CallOptions): Promise<R> {
    const pending = new Pending(proc, undefined, options);
    this.#start(pending, args, options);
    return pending.promise as Promise<R>;
  }

  /**
   * As `call`, without a promise: `done` is called once, never before this returns. For many calls of one kind
   * (reading ahead, listings, benchmarks), where a promise costs a good part of the call. `done` runs inside
   * the driver's turn: it may call, and what it throws is an uncaught exception.
   */
  callWith<A, R>(proc: Procedure<A, R>, args: A, done: Done<R>, options?: CallWithOptions): void {
    this.#start(new Pending(proc, done as Done<never>, options), args, options);
  }

  /** What is going on: every call in flight with the reason of its waiting, every transport with its history. */
  snapshot(): RpcClientSnapshot {
    const core = this.#core.snapshot(clock());
    const calls = core.calls.map((call): InFlight => {
      const { tag, ...rest } = call;
      const { proc, label } = tag as Pending;
      return { ...rest, procedure: proc.name, label };
    });
    return { ...core, peer: this.peer, label: this.label, calls };
  }

  /** Hears what a log would want to say; the result unsubscribes. */
  onNotice(listener: (notice: Notice) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends every call with ECLOSED and closes every socket; waits for them, but never longer than `closeMs`. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #start(pending: Pending, args: unknown, options: CallOptions | undefined): void {
    const { proc } = pending;
    const signal = options?.signal;
    if (signal?.aborted === true) {
      pending.end(errorOf(NEVER_SENT, proc, this.peer, signal.reason), undefined, 0, true);
      return;
    }
    let record: Span;
    try {
      record = this.#encode(proc, args);
    } catch (error) {
      pending.end(locateEncode(error, proc.arg, args) as Error, undefined, 0, true);
      return;
    }
    if (this.#dialer.kind === "datagram" && record.end - record.start - MARK_BYTES > MAX_DATAGRAM_BYTES) {
      pending.end(errorOf(TOO_LONG, proc, this.peer), undefined, 0, true);
      return;
    }
    const task = this.#newTask();
    this.#inFlight++;
    if (signal !== undefined) pending.heed(signal, () => this.#drive.post({ type: "cancel", task }));
    if (callChannel.hasSubscribers) this.#publishStart(task, pending);
    const deadlineMs = options?.deadlineMs;
    const deadline = deadlineMs === undefined ? undefined : clock() + deadlineMs;
    this.#starting = task;
    this.#drive.post({ type: "call", task, tag: pending, record, policy: this.#policy, deadline });
    this.#starting = -1;
  }

  #newTask(): TaskId {
    do {
      this.#wrapped ||= this.#lastTask === MAX_TASK;
      this.#lastTask = this.#lastTask === MAX_TASK ? 0 : this.#lastTask + 1;
      // Only after 2^31 calls can a number be taken: by a call as old.
    } while (this.#wrapped && this.#core.has(this.#lastTask));
    return this.#lastTask;
  }

  #encode(proc: AnyProcedure, args: unknown): Span {
    const w = this.#writer;
    w.begin();
    w.words(this.#templateOf(proc));
    proc.arg.encode(w, args);
    w.patchUint32(0, callMark(w.pos));
    return w.cut();
  }

  /** The last one is kept at hand: calls of one procedure mostly come together. */
  #templateOf(proc: AnyProcedure): Uint32Array {
    if (proc === this.#lastProc) return this.#lastTemplate;
    let template = this.#templates.get(proc);
    if (template === undefined) {
      template = wordsOf(callTemplate(proc.prog, proc.vers, proc.proc, this.#cred));
      this.#templates.set(proc, template);
    }
    this.#lastProc = proc;
    this.#lastTemplate = template;
    return template;
  }

  #perform(effect: ClntEffect, now: Instant): void {
    switch (effect.type) {
      case "send": {
        const outlet = this.#outlets.get(effect.cookie);
        if (outlet?.queue(effect.record) === true && this.#dirty.push(outlet) === 1)
          queueMicrotask(this.#tick);
        return;
      }
      case "settle":
        this.#settle(effect.task, effect.tag as Pending, effect.outcome, now);
        return;
      case "schedule":
        this.#drive.post({ type: "run", work: effect.work });
        return;
      case "connect":
        this.#connect(effect);
        return;
      case "shutdown":
        this.#forget(effect.cookie)?.shutdown();
        return;
      case "abort":
        this.#forget(effect.cookie)?.abort();
        return;
      case "notice":
        this.#notify(effect.notice);
    }
  }

  // The write must come after every continuation of this turn's replies has made its next call. A tick may
  // run before them; a tick asked for by a microtask runs when the microtasks are done.
  readonly #tick = (): void => process.nextTick(this.#flush);

  readonly #flush = (): void => {
    const dirty = this.#dirty;
    this.#dirty = [];
    for (let i = 0; i < dirty.length; i++) dirty[i]!.flush();
    if (this.#inFlight > 0) this.#poll.sent();
  };

  #connect({ cookie, localPort, probe }: Extract<ClntEffect, { type: "connect" }>): void {
    const outlet = new Outlet(cookie, this.#dialer.kind === "datagram", {
      post: (event) => {
        if (event.type === "data") this.#poll.heard();
        this.#drive.post(event);
      },
      room: (of) => this.#core.room(of),
      closed: (gone) => this.#onClosed(gone),
    });
    this.#outlets.set(cookie, outlet);
    this.#unclosed.add(outlet);
    outlet.line = this.#dialer.dial({ localPort, probe }, outlet);
  }

  #forget(cookie: Cookie): Outlet | undefined {
    const outlet = this.#outlets.get(cookie);
    this.#outlets.delete(cookie);
    return outlet;
  }

  #onClosed(outlet: Outlet): void {
    if (this.#outlets.get(outlet.cookie) === outlet) this.#outlets.delete(outlet.cookie);
    this.#unclosed.delete(outlet);
    if (this.#unclosed.size === 0) this.#allClosed?.();
    this.#holdProcess();
  }

  #settle(task: TaskId, pending: Pending, outcome: Outcome, now: Instant): void {
    this.#inFlight--;
    const { proc } = pending;
    let results: unknown;
    let error: Error | undefined;
    if (outcome.type === "accepted") {
      const { record, start } = outcome;
      try {
        this.#reader.reset(record.bytes, start, record.end);
        // Bytes after the results are ignored, as every other client does.
        results = proc.res.decode(this.#reader);
      } catch (cause) {
        error = badReplyError(cause, proc, this.peer, record.bytes.subarray(start, record.end));
      }
    } else {
      error = errorOf(outcome, proc, this.peer, pending.abortReason);
    }
    if (callChannel.hasSubscribers) this.#publishSettle(task, pending, error, outcome.attempts, now);
    pending.end(error, results, outcome.attempts, task === this.#starting);
    if (pending.transient && outcome.type === "accepted") this.#core.recycle?.(outcome.record);
  }

  #publishStart(task: TaskId, pending: Pending): void {
    pending.startedAt = performance.now();
    const { proc, label } = pending;
    const message: CallMessage = { phase: "start", task, peer: this.peer, procedure: proc.name, label };
    callChannel.publish(message);
  }

  #publishSettle(
    task: TaskId,
    pending: Pending,
    error: Error | undefined,
    attempts: number,
    now: Instant,
  ): void {
    const { proc, label } = pending;
    const ms = now - (pending.startedAt ?? now);
    const call = { task, peer: this.peer, procedure: proc.name, label };
    const message: CallMessage = { phase: "settle", ...call, error, attempts, ms };
    callChannel.publish(message);
  }

  #notify(notice: Notice): void {
    for (const listener of this.#listeners) {
      queueMicrotask(() => listener(notice));
    }
  }

  #rested(now: Instant): void {
    this.#alarm.arm(this.#core.deadline, now);
    this.#holdProcess();
  }

  #onAlarm(): void {
    const now = clock();
    const { deadline } = this.#core;
    if (deadline !== undefined && deadline <= now) this.#drive.post({ type: "deadline" });
    else this.#rested(now);
  }

  /** Sockets hold the process open by themselves; between two of them the timer does, if a call waits. */
  #holdProcess(): void {
    this.#alarm.hold(this.#inFlight > 0 && this.#unclosed.size === 0);
  }

  async #close(): Promise<void> {
    this.#drive.post({ type: "close" });
    for (const outlet of this.#outlets.values()) outlet.abort();
    this.#outlets.clear();
    this.#alarm.stop();
    if (this.#unclosed.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#closeMs);
      this.#allClosed = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** The core's clock, in whole milliseconds: small integers need no memory of their own, and a call holds five times. */
function clock(): number {
  return Math.floor(performance.now());
}

const NEVER_SENT = { type: "unanswered", code: "ECANCELED", sent: "never", attempts: 0 } as const;
const TOO_LONG = { type: "unanswered", code: "EMSGSIZE", sent: "never", attempts: 0 } as const;
