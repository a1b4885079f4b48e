import type { Procedure } from "../sunrpc/mod.js";

/** The part of the web's AbortSignal that this library uses (Node's and every browser's fit). */
export interface Abort {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** What may be said about one call. */
export interface CallOptions {
  /** Gives the call up: it settles at once with XprtError ECANCELED, a late reply is swallowed. */
  readonly signal?: Abort | undefined;
  /** Gives the call up after so many milliseconds (ETIMEDOUT), also on a hard mount. */
  readonly deadlineMs?: number | undefined;
  /** What people see of this call in `unstuck ps`, e.g. the path. */
  readonly label?: string | undefined;
}

/** Something that can call remote procedures: a connected client, an in-process twin, a test's fake. */
export interface Caller {
  /**
   * Calls `proc` and decodes its results. Rejects with RpcError (the server said no), XprtError (nobody
   * answered; `sent` tells whether it may have been executed) or XdrError (the arguments do not fit).
   */
  call<A, R>(proc: Procedure<A, R>, args: A, options?: CallOptions): Promise<R>;
  /** Ends every call with ECLOSED and releases sockets. Bounded in time; idempotent. */
  close(): Promise<void>;
}
