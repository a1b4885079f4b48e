import { randomInt } from "node:crypto";
import { hostname } from "node:os";
import { performance } from "node:perf_hooks";
import type { AuthSpec, Connector, ConnectSpec } from "../nfs/mod.js";
import {
  authNone,
  authSys,
  type CallPolicy,
  CLNT_DEFAULTS,
  Clnt,
  type ClntConfig,
  type OpaqueAuth,
  type Procedure,
} from "../sunrpc/mod.js";
import { xdrVoid } from "../xdr/mod.js";
import { askRpcbind } from "./ask-rpcbind.js";
import { RpcClient } from "./clnt-driver.js";
import type { Dialer } from "./line.js";
import { type AskRpcbind, Resolver, type Target } from "./resolve.js";
import { checkResvport } from "./resvport.js";
import { tcpDialer } from "./tcp.js";
import { udpDialer } from "./udp.js";

/** What {@link connect} wants to know; nfs(5)'s defaults where it is not told. */
export interface ConnectOptions extends Omit<ConnectSpec, "policy" | "auth" | "proto"> {
  /** Default tcp. */
  readonly proto?: "tcp" | "udp" | undefined;
  /** Default {@link HARD}, over UDP {@link HARD_UDP}. */
  readonly policy?: CallPolicy | undefined;
  /** Default AUTH_SYS as this process. */
  readonly auth?: AuthSpec | undefined;
  /** Resolve only when the server has answered a NULL call; reject when the first connect or the call fails. Default false. */
  readonly wait?: boolean | undefined;
  /** How rpcbind is asked. Default: PMAPPROC_GETPORT (RFC 1833 §3) at port 111 over the same protocol. */
  readonly askRpcbind?: AskRpcbind | undefined;
  /** For those who know the core: see ClntConfig. */
  readonly tuning?: Partial<Omit<ClntConfig, "server" | "seed" | "kind">> | undefined;
}

/** `hard,timeo=600,retrans=2`: the defaults of nfs(5) over TCP. */
export const HARD: CallPolicy = {
  mode: "hard",
  timeoMs: 60_000,
  retrans: 2,
  backoff: "linear",
  maxTimeoMs: 600_000,
  softconn: false,
};

/** `hard,timeo=11,retrans=3`: over UDP. */
export const HARD_UDP: CallPolicy = {
  mode: "hard",
  timeoMs: 1_100,
  retrans: 3,
  backoff: "exponential",
  maxTimeoMs: 60_000,
  softconn: false,
};

/** One question and an answer within about five seconds, or an error: rpcbind, showmount, rpcinfo. */
export const QUICK: CallPolicy = {
  mode: "softerr",
  timeoMs: 1_000,
  retrans: 4,
  backoff: "linear",
  maxTimeoMs: 1_000,
  softconn: true,
};

/**
 * A client of one program on one host. Resolves at once unless `wait` is set: calls wait for the
 * connection themselves, under their policy. Throws XprtError EACCES when `resvport` is asked for and
 * not allowed, XdrError when `auth` does not fit AUTH_SYS.
 */
export async function connect(options: ConnectOptions): Promise<RpcClient> {
  if (options.resvport === true) await checkResvport();
  const client = open(options);
  if (options.wait !== true) return client;
  try {
    await client.call(nullOf(options.program, options.version), undefined);
  } catch (error) {
    await client.close();
    throw error;
  }
  return client;
}

/** {@link connect} as nfs/ asks for it. */
export const connector: Connector<RpcClient> = { connect };

function open(options: ConnectOptions): RpcClient {
  const proto = options.proto ?? "tcp";
  const where = serverName(options);
  const target: Target =
    options.port === undefined
      ? { host: options.host, program: options.program, version: options.version }
      : { host: options.host, port: options.port };
  const resolver = new Resolver({ target, proto, askRpcbind: options.askRpcbind ?? askRpcbind });
  const { resvport, localAddress } = options;
  const wire = { resolver, peer: `${proto} ${where}`, resvport, localAddress };
  const dialer = proto === "udp" ? udpDialer(wire) : tcpDialer(wire);
  return clientOver(
    dialer,
    { ...options, policy: options.policy ?? (proto === "udp" ? HARD_UDP : HARD) },
    where,
  );
}

/** A client over any dialer, an in-process one for example. */
export function clientOver(
  dialer: Dialer,
  options: Pick<
    ConnectOptions,
    "auth" | "nconnect" | "connectTimeoutMs" | "maxRecordBytes" | "label" | "tuning"
  > & {
    readonly policy: CallPolicy;
  },
  server: string = dialer.peer,
): RpcClient {
  const config: ClntConfig = {
    ...CLNT_DEFAULTS,
    ...options.tuning,
    kind: dialer.kind,
    server,
    seed: randomInt(2 ** 32),
    nconnect: options.nconnect ?? options.tuning?.nconnect ?? CLNT_DEFAULTS.nconnect,
    maxRecordBytes: options.maxRecordBytes ?? options.tuning?.maxRecordBytes ?? CLNT_DEFAULTS.maxRecordBytes,
    connect: {
      ...CLNT_DEFAULTS.connect,
      ...options.tuning?.connect,
      ...(options.connectTimeoutMs === undefined ? {} : { timeoutMs: options.connectTimeoutMs }),
    },
  };
  const core = new Clnt(config, performance.now());
  return new RpcClient({
    core,
    dialer,
    policy: options.policy,
    cred: credOf(options.auth),
    label: options.label,
  });
}

function serverName({ host, port, program, version }: ConnectOptions): string {
  if (port === undefined) return `${host} (program ${program} version ${version})`;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

const MAX_GIDS = 16;

/** The credential a spec asks for; ids left out are this process's. */
export function credOf(auth: AuthSpec = { flavor: "sys" }): OpaqueAuth {
  if (auth.flavor === "none") return authNone();
  const gid = auth.gid ?? process.getgid?.() ?? 65534;
  const gids = auth.gids ?? (process.getgroups?.() ?? []).filter((id) => id !== gid);
  return authSys({
    uid: auth.uid ?? process.getuid?.() ?? 65534,
    gid,
    // The kernel as well sends the first sixteen and drops the rest.
    gids: gids.slice(0, MAX_GIDS),
    machinename: auth.machinename ?? hostname(),
    stamp: randomInt(2 ** 32),
  });
}

/** The NULL procedure of any program. */
export function nullOf(prog: number, vers: number): Procedure<void, void> {
  return { name: "NULL", prog, vers, proc: 0, arg: xdrVoid, res: xdrVoid };
}
