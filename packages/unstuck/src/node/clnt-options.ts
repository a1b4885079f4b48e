import type { CallOptions } from "../program/mod.js";
import type {
  CallPolicy,
  CallSnapshot,
  ClntEffect,
  ClntEvent,
  ClntSnapshot,
  Cookie,
  Core,
  Instant,
  OpaqueAuth,
  TaskId,
} from "../sunrpc/mod.js";
import type { Span } from "../xdr/mod.js";
import type { Dialer } from "./line.js";

/** A client core: `Clnt` of sunrpc, or a test's script. */
export interface ClntCore extends Core<ClntEvent, ClntEffect> {
  /** Where the next bytes of a socket should be received; undefined: anywhere. */
  room(cookie: Cookie): Uint8Array | undefined;
  /** Whether a task's number is taken. */
  has(task: TaskId): boolean;
  /** Takes back the memory of a record whose views nobody holds any more. */
  recycle?(record: Span): void;
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
export interface InFlight extends Omit<CallSnapshot, "tag"> {
  /** The `.x` name, e.g. `NFSPROC3_GETATTR`. */
  readonly procedure: string;
  readonly label: string | undefined;
}

export interface RpcClientSnapshot extends Omit<ClntSnapshot, "calls"> {
  readonly peer: string;
  readonly label: string;
  readonly calls: readonly InFlight[];
}
