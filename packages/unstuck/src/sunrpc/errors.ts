import type { Instant, Sent } from "./port.js";

/** Stable codes of {@link XprtError}. */
export type XprtErrorCode =
  | "ETIMEDOUT" // soft / softerr: the major timeout, or the call's own deadline
  | "ECANCELED" // cancelled by the caller (AbortSignal)
  | "ECLOSED" // the client was closed
  | "EIO" // soft: the major timeout, as the kernel reports it
  | "EPROTO" // the peer broke the protocol on every attempt
  | (string & {}); // a connect error of a soft-connect (rpcinfo, showmount): ECONNREFUSED, EHOSTUNREACH, …

/** Nobody answered: the transport, a timeout, a cancel or a close ended the call. */
export class XprtError extends Error {
  override readonly name = "XprtError";
  readonly code: XprtErrorCode;
  readonly sent: Sent;
  constructor(code: XprtErrorCode, sent: Sent, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.sent = sent;
  }
}

/** Stable codes of {@link RpcError}: the accept_stat, reject_stat and auth_stat of RFC 5531 §9. */
export type RpcErrorCode =
  | "PROG_UNAVAIL"
  | "PROG_MISMATCH"
  | "PROC_UNAVAIL"
  | "GARBAGE_ARGS"
  | "SYSTEM_ERR"
  | "RPC_MISMATCH"
  | "AUTH_ERROR"
  | "BAD_REPLY"; // the reply's results do not decode; `cause` is the XdrError

/** The server answered, and said no (RFC 5531 §9). */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: RpcErrorCode;
  /** PROG_MISMATCH and RPC_MISMATCH: the lowest and highest version the server has. */
  readonly low: number | undefined;
  readonly high: number | undefined;
  /** AUTH_ERROR: the auth_stat's name, e.g. `AUTH_TOOWEAK`. */
  readonly authStat: string | undefined;
  constructor(
    code: RpcErrorCode,
    message: string,
    detail: { low?: number; high?: number; authStat?: string; cause?: unknown } = {},
  ) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.low = detail.low;
    this.high = detail.high;
    this.authStat = detail.authStat;
  }
}

/** Our bug: a core left its state table. Never caught inside the library. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
  readonly code = "EINVARIANT";
  readonly at: Instant | undefined;
  constructor(message: string, at?: Instant) {
    super(message);
    this.at = at;
  }
}
