import type { Abort } from "../program/mod.js";
import type { AnyProcedure, Instant } from "../sunrpc/mod.js";
import type { CallWithOptions, Done } from "./clnt-options.js";

// A promise without a closure of its own: the executor runs at once, so one pair of slots serves all.
let resolveSlot: (results: unknown) => void;
let rejectSlot: (error: Error) => void;
function capture(resolve: (results: unknown) => void, reject: (error: Error) => void): void {
  resolveSlot = resolve;
  rejectSlot = reject;
}

/** A call until it settles, and who is to be told: a callback, or else a promise. */
export class Pending {
  readonly proc: AnyProcedure;
  readonly label: string | undefined;
  readonly transient: boolean;
  readonly promise: Promise<unknown> | undefined;
  /** For diagnostics; undefined when nobody listened. */
  startedAt: Instant | undefined;
  readonly #done: Done<never> | undefined;
  readonly #resolve: ((results: unknown) => void) | undefined;
  readonly #reject: ((error: Error) => void) | undefined;
  #signal: Abort | undefined;
  #onAbort: (() => void) | undefined;

  constructor(proc: AnyProcedure, done: Done<never> | undefined, options: CallWithOptions | undefined) {
    this.proc = proc;
    this.label = options?.label;
    this.transient = options?.transient === true;
    this.startedAt = undefined;
    this.#done = done;
    if (done !== undefined) return;
    this.promise = new Promise(capture);
    this.#resolve = resolveSlot;
    this.#reject = rejectSlot;
  }

  /** Calls `onAbort` when the signal says so, until the call ends. */
  heed(signal: Abort, onAbort: () => void): void {
    this.#signal = signal;
    this.#onAbort = onAbort;
    signal.addEventListener("abort", onAbort, { once: true });
  }

  /** Why the caller lost interest. */
  get abortReason(): unknown {
    return this.#signal?.aborted === true ? this.#signal.reason : undefined;
  }

  /** Tells. `later`: a callback must wait, because its caller has not returned yet. */
  end(error: Error | undefined, results: unknown, attempts: number, later: boolean): void {
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener("abort", this.#onAbort);
    const done = this.#done;
    if (done !== undefined) {
      if (later) queueMicrotask(() => callBack(done, error, results, attempts));
      else callBack(done, error, results, attempts);
    } else if (error !== undefined) this.#reject!(error);
    else this.#resolve!(results);
  }
}

function callBack(done: Done<never>, error: Error | undefined, results: unknown, attempts: number): void {
  try {
    done(error, results as never, attempts);
  } catch (thrown) {
    // Not through the loop: the other calls of this turn are to be settled too.
    process.nextTick(() => {
      throw thrown;
    });
  }
}
