import type { Abort, Caller } from "../program/mod.js";
import type { CallPolicy, Instant } from "../sunrpc/mod.js";

/** AUTH_NONE, or who AUTH_SYS says we are (RFC 5531 §8.2, appendix A). Ids left out are the driver's own process's. */
export type AuthSpec =
  | { readonly flavor: "none" }
  | {
      readonly flavor: "sys";
      readonly uid?: number | undefined;
      readonly gid?: number | undefined;
      readonly gids?: readonly number[] | undefined;
      readonly machinename?: string | undefined;
    };

/**
 * What a {@link Connector} is asked for: a client of one program on one host.
 * Either `port` is given, or the driver asks rpcbind for `program`/`version`, anew on each reconnect.
 */
export interface ConnectSpec {
  readonly host: string;
  readonly port?: number | undefined;
  readonly program: number;
  readonly version: number;
  readonly proto: "tcp" | "udp";
  readonly policy: CallPolicy;
  readonly auth: AuthSpec;
  /** Connections to spread calls over. Default 1. */
  readonly nconnect?: number | undefined;
  /** Bind a privileged source port (needs the right to do so). Default false. */
  readonly resvport?: boolean | undefined;
  readonly localAddress?: string | undefined;
  /** Bound on one connect attempt. */
  readonly connectTimeoutMs?: number | undefined;
  /** Largest reply record to expect: read size plus room for headers. */
  readonly maxRecordBytes?: number | undefined;
  /** What people see of this client in `unstuck ps`, e.g. `nfs 192.168.1.200:/export/test`. */
  readonly label?: string | undefined;
}

/** Opens a client. Need not wait for the first connection: its calls do. */
export interface Connector<C extends Caller = Caller> {
  connect(spec: ConnectSpec): Promise<C>;
}

/** All that nfs/ needs from outside: connections, a clock and a timer. */
export interface NfsPorts<C extends Caller = Caller> {
  readonly connector: Connector<C>;
  /** Milliseconds of a monotonic clock. */
  now(): Instant;
  /** Resolves after `ms`; rejects when aborted. Somebody awaits it: it keeps the process alive. */
  sleep(ms: number, signal?: Abort): Promise<void>;
}
