import { performance } from "node:perf_hooks";
import type { Abort, Caller, CallOptions } from "../program/mod.js";
import {
  type AnyProcedure,
  authNone,
  type CallPolicy,
  type CallSnapshot,
  type ClntEffect,
  type ClntEvent,
  type ClntSnapshot,
  type Cookie,
  type Core,
  callTemplate,
  Drive,
  type Instant,
  MARK_BYTES,
  type Notice,
  type OpaqueAuth,
  type Outcome,
  type Procedure,
  sealCall,
  type TaskId,
} from "../sunrpc/mod.js";
import { locateEncode, XdrReader, XdrWriter } from "../xdr/mod.js";
import { badReplyError, errorOf } from "./call-error.js";
import { callChannel } from "./diagnostics.js";
import type { Dialer } from "./line.js";
import { Outlet } from "./outlet.js";
import { MAX_DATAGRAM_BYTES } from "./udp.js";

/** A client core: `Clnt` of sunrpc, or a test's script. */
export interface ClntCore extends Core<ClntEvent, ClntEffect> {
  /** Where the next bytes of a socket should be received; undefined: anywhere. */
  room(cookie: Cookie): Uint8Array | undefined;
  /** Takes back the memory of a record whose views nobody holds any more. */
  recycle?(record: Uint8Array): void;
  snapshot(now: Instant): ClntSnapshot;
}

export interface RpcClientOptions {
  readonly core: ClntCore;
  readonly dialer: Dialer;
  /** How long calls wait, unless a call says otherwise by its deadline or signal. */
  readonly policy: CallPolicy;
  /** Who calls. Default AUTH_NONE. */
  readonly cred?: OpaqueAuth | undefined;
  /** What people see of this client, e.g. `nfs 192.168.1.200:/export/test`. Default: the dialer's peer. */
  readonly label?: string | undefined;
  /** The longest `close()` waits for sockets to go away, ms. Default 2000. */
  readonly closeMs?: number | undefined;
}

/** Options of {@link RpcClient.callWith}. */
export interface CallWithOptions extends CallOptions {
  /**
   * The views in the results are good only until `done` returns; then their memory is received into again.
   * Worth its danger for large READs: fresh memory costs more than the copy into it.
   */
  readonly transient?: boolean | undefined;
}

/** How {@link RpcClient.callWith} ends: exactly one of `error` and `results`, and how often the call was sent. */
export type Done<R> = (error: Error | undefined, results: R | undefined, attempts: number) => void;

/** A call in flight, with the words that only the driver knows. */
export interface InFlight extends CallSnapshot {
  /** The `.x` name, e.g. `NFSPROC3_GETATTR`. */
  readonly procedure: string;
  readonly label: string | undefined;
}

export interface RpcClientSnapshot extends ClntSnapshot {
  readonly peer: string;
  readonly label: string;
  readonly calls: readonly InFlight[];
}

const MAX_TASK = 0x7fffffff;
const MAX_TIMER_MS = 0x7fffffff;

/** What is kept of a call until it settles. */
class Pending {
  readonly proc: AnyProcedure;
  readonly startedAt: Instant;
  readonly label: string | undefined;
  readonly resolve: ((results: never) => void) | undefined;
  readonly reject: ((error: Error) => void) | undefined;
  readonly done: Done<never> | undefined;
  readonly transient: boolean;
  signal: Abort | undefined;
  onAbort: (() => void) | undefined;

  constructor(
    proc: AnyProcedure,
    startedAt: Instant,
    resolve: ((results: never) => void) | undefined,
    reject: ((error: Error) => void) | undefined,
    done: Done<never> | undefined,
    options: CallWithOptions | undefined,
  ) {
    this.proc = proc;
    this.startedAt = startedAt;
    this.resolve = resolve;
    this.reject = reject;
    this.done = done;
    this.label = options?.label;
    this.transient = options?.transient === true;
  }
}

// A promise without a closure of its own: the executor runs at once, so one pair of slots serves all.
let resolveSlot: (value: never) => void;
let rejectSlot: (error: Error) => void;
function capture(resolve: (value: never) => void, reject: (error: Error) => void): void {
  resolveSlot = resolve;
  rejectSlot = reject;
}

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
  readonly #templates = new Map<AnyProcedure, Uint8Array>();
  readonly #writer = new XdrWriter();
  readonly #reader = new XdrReader(new Uint8Array(0));

  readonly #calls = new Map<TaskId, Pending>();
  #lastTask: TaskId = -1;
  /** The call being posted right now: a callback must not come before `callWith` returns. */
  #starting: TaskId = -1;
  /** Sockets the core still knows. */
  readonly #outlets = new Map<Cookie, Outlet>();
  /** Sockets that still exist. */
  readonly #unclosed = new Set<Outlet>();
  #dirty: Outlet[] = [];
  #timer: NodeJS.Timeout | undefined;
  #timerAt: Instant = Number.POSITIVE_INFINITY;
  #timerHolds = false;
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
      now: () => performance.now(),
      perform: (effect, now) => this.#perform(effect, now),
      rested: (now) => this.#rested(now),
    });
  }

  /** See {@link Caller.call}. */
  call<A, R>(proc: Procedure<A, R>, args: A, options?: CallOptions): Promise<R> {
    const promise = new Promise<R>(capture);
    this.#start(proc, args, options, resolveSlot, rejectSlot, undefined);
    return promise;
  }

  /**
   * As `call`, without a promise: `done` is called once, never before this returns. For many calls of one kind
   * (reading ahead, listings, benchmarks), where a promise costs a good part of the call. `done` runs inside
   * the driver's turn: it may call, and what it throws is an uncaught exception.
   */
  callWith<A, R>(proc: Procedure<A, R>, args: A, done: Done<R>, options?: CallWithOptions): void {
    this.#start(proc, args, options, undefined, undefined, done as Done<never>);
  }

  /** What is going on: every call in flight with the reason of its waiting, every transport with its history. */
  snapshot(): RpcClientSnapshot {
    const core = this.#core.snapshot(performance.now());
    const calls = core.calls.map((call): InFlight => {
      const pending = this.#calls.get(call.task);
      return { ...call, procedure: pending?.proc.name ?? "NULL", label: pending?.label };
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

  #start(
    proc: AnyProcedure,
    args: unknown,
    options: CallWithOptions | undefined,
    resolve: ((results: never) => void) | undefined,
    reject: ((error: Error) => void) | undefined,
    done: Done<never> | undefined,
  ): void {
    const now = performance.now();
    const pending = new Pending(proc, now, resolve, reject, done, options);
    const signal = options?.signal;
    if (signal?.aborted === true) {
      this.#fail(pending, errorOf(NEVER_SENT, proc, this.peer, signal.reason));
      return;
    }
    let record: Uint8Array;
    try {
      record = this.#encode(proc, args);
    } catch (error) {
      this.#fail(pending, locateEncode(error, proc.arg, args) as Error);
      return;
    }
    if (this.#dialer.kind === "datagram" && record.length - MARK_BYTES > MAX_DATAGRAM_BYTES) {
      this.#fail(pending, errorOf(TOO_LONG, proc, this.peer));
      return;
    }
    this.#lastTask = this.#lastTask === MAX_TASK ? 0 : this.#lastTask + 1;
    const task = this.#lastTask;
    this.#calls.set(task, pending);
    if (signal !== undefined) {
      pending.signal = signal;
      pending.onAbort = () => this.#drive.post({ type: "cancel", task });
      signal.addEventListener("abort", pending.onAbort, { once: true });
    }
    if (callChannel.hasSubscribers) {
      callChannel.publish({
        phase: "start",
        task,
        peer: this.peer,
        procedure: proc.name,
        label: pending.label,
      });
    }
    const deadlineMs = options?.deadlineMs;
    const deadline = deadlineMs === undefined ? undefined : now + deadlineMs;
    this.#starting = task;
    this.#drive.post({ type: "call", task, record, policy: this.#policy, deadline });
    this.#starting = -1;
  }

  #encode(proc: AnyProcedure, args: unknown): Uint8Array {
    let template = this.#templates.get(proc);
    if (template === undefined) {
      template = callTemplate(proc.prog, proc.vers, proc.proc, this.#cred);
      this.#templates.set(proc, template);
    }
    const w = this.#writer;
    w.begin();
    w.bytes(template);
    proc.arg.encode(w, args);
    const record = w.finish();
    sealCall(record);
    return record;
  }

  #perform(effect: ClntEffect, now: Instant): void {
    switch (effect.type) {
      case "send": {
        const outlet = this.#outlets.get(effect.cookie);
        if (outlet?.queue(effect.bytes) === true && this.#dirty.push(outlet) === 1)
          queueMicrotask(this.#tick);
        return;
      }
      case "settle":
        this.#settle(effect.task, effect.outcome, now);
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
  };

  #connect({ cookie, localPort, probe }: Extract<ClntEffect, { type: "connect" }>): void {
    const outlet = new Outlet(cookie, this.#dialer.kind === "datagram", {
      post: (event) => this.#drive.post(event),
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

  #settle(task: TaskId, outcome: Outcome, now: Instant): void {
    const pending = this.#calls.get(task);
    if (pending === undefined) return;
    this.#calls.delete(task);
    if (pending.onAbort !== undefined) pending.signal?.removeEventListener("abort", pending.onAbort);
    const { proc } = pending;
    let results: unknown;
    let error: Error | undefined;
    if (outcome.type === "accepted") {
      const { record, start } = outcome;
      try {
        this.#reader.reset(record, start);
        // Bytes after the results are ignored, as every other client does.
        results = proc.res.decode(this.#reader);
      } catch (cause) {
        error = badReplyError(cause, proc, this.peer, record.subarray(start));
      }
    } else {
      error = errorOf(
        outcome,
        proc,
        this.peer,
        pending.signal?.aborted === true ? pending.signal.reason : undefined,
      );
    }
    if (callChannel.hasSubscribers) {
      const ms = now - pending.startedAt;
      const { attempts } = outcome;
      callChannel.publish({
        phase: "settle",
        task,
        peer: this.peer,
        procedure: proc.name,
        label: pending.label,
        error,
        attempts,
        ms,
      });
    }
    const { done } = pending;
    if (done !== undefined) {
      const { attempts } = outcome;
      if (task === this.#starting) queueMicrotask(() => this.#callBack(done, error, results, attempts));
      else this.#callBack(done, error, results, attempts);
      if (pending.transient && outcome.type === "accepted") this.#core.recycle?.(outcome.record);
    } else if (error !== undefined) pending.reject!(error);
    else pending.resolve!(results as never);
  }

  /** Before it was the core's: the end of a call that was never posted. */
  #fail(pending: Pending, error: Error): void {
    const { done } = pending;
    if (done === undefined) pending.reject!(error);
    else queueMicrotask(() => this.#callBack(done, error, undefined, 0));
  }

  #callBack(done: Done<never>, error: Error | undefined, results: unknown, attempts: number): void {
    try {
      done(error, results as never, attempts);
    } catch (thrown) {
      // Not through the loop: the other calls of this turn are to be settled too.
      process.nextTick(() => {
        throw thrown;
      });
    }
  }

  #notify(notice: Notice): void {
    for (const listener of this.#listeners) {
      queueMicrotask(() => listener(notice));
    }
  }

  #rested(now: Instant): void {
    const { deadline } = this.#core;
    if (deadline !== undefined && deadline < this.#timerAt) this.#arm(deadline, now);
    this.#holdProcess();
  }

  // One timer, only ever moved forward; it fires early rather than being moved back with each reply.
  #arm(deadline: Instant, now: Instant): void {
    clearTimeout(this.#timer);
    const ms = Math.min(Math.max(Math.ceil(deadline - now), 1), MAX_TIMER_MS);
    this.#timerAt = deadline;
    this.#timerHolds = false;
    this.#timer = setTimeout(this.#onTimer, ms).unref();
  }

  readonly #onTimer = (): void => {
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    const { deadline } = this.#core;
    if (deadline !== undefined && deadline <= now) this.#drive.post({ type: "deadline" });
    else this.#rested(now);
  };

  /** Sockets hold the process open by themselves; between two of them the timer does, if a call waits. */
  #holdProcess(): void {
    const hold = this.#calls.size > 0 && this.#unclosed.size === 0;
    if (hold === this.#timerHolds || this.#timer === undefined) return;
    this.#timerHolds = hold;
    if (hold) this.#timer.ref();
    else this.#timer.unref();
  }

  async #close(): Promise<void> {
    this.#drive.post({ type: "close" });
    for (const outlet of this.#outlets.values()) outlet.abort();
    this.#outlets.clear();
    clearTimeout(this.#timer);
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

const NEVER_SENT = { type: "unanswered", code: "ECANCELED", sent: "never", attempts: 0 } as const;
const TOO_LONG = { type: "unanswered", code: "EMSGSIZE", sent: "never", attempts: 0 } as const;
