import { RpcError } from "../../sunrpc/mod.js";
import type { Caller, CallOptions } from "../caller.js";
import {
  IPPROTO_TCP,
  IPPROTO_UDP,
  PMAPPROC_DUMP,
  PMAPPROC_GETPORT,
  PMAPPROC_NULL,
  RPCBPROC_DUMP_3,
  RPCBPROC_DUMP_4,
  RPCBPROC_GETADDR_3,
  RPCBPROC_GETADDR_4,
  RPCBPROC_NULL_3,
  RPCBPROC_NULL_4,
} from "./rpcbind.gen.js";
import { type Netid, parseUaddr } from "./uaddr.js";

/** Versions of rpcbind: 2 is the port mapper. */
export type RpcbindVersion = 2 | 3 | 4;

/** One program version over one transport. */
export interface Registration {
  readonly prog: number;
  readonly vers: number;
  /** `tcp`, `udp6`, `local`, … Version 2 knows tcp and udp only. */
  readonly netid: string;
  /** Universal address; version 2: undefined. */
  readonly uaddr: string | undefined;
  /** Undefined where the address has none (`local`). */
  readonly port: number | undefined;
  /** Who registered it; version 2: undefined. */
  readonly owner: string | undefined;
}

/** What rpcbind is asked for. */
export interface Wanted {
  readonly prog: number;
  readonly vers: number;
  readonly netid: Netid;
}

/** rpcbind answered, and the answer is of no use. */
export class RpcbindError extends Error {
  override readonly name = "RpcbindError";
  /** `NOT_REGISTERED`: nobody offers the program. `BAD_UADDR`: the address cannot be read. */
  readonly code: "NOT_REGISTERED" | "BAD_UADDR";
  constructor(code: RpcbindError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** NULL (RFC 1833 §2.2.1, §3.2): resolves when rpcbind answers. */
export async function ping(
  caller: Caller,
  version: RpcbindVersion = 2,
  options?: CallOptions,
): Promise<void> {
  const proc = { 2: PMAPPROC_NULL, 3: RPCBPROC_NULL_3, 4: RPCBPROC_NULL_4 }[version];
  await caller.call(proc, undefined, options);
}

/** PMAPPROC_GETPORT (version 2, RFC 1833 §3.2): the port, or 0 when the program is not registered. */
export function getport(
  caller: Caller,
  { prog, vers, netid }: Wanted,
  options?: CallOptions,
): Promise<number> {
  const prot = netid.startsWith("udp") ? IPPROTO_UDP : IPPROTO_TCP;
  return caller.call(PMAPPROC_GETPORT, { prog, vers, prot, port: 0 }, options);
}

/** RPCBPROC_GETADDR (RFC 1833 §2.2.1): the universal address, or "" when the program is not registered. */
export function getaddr(
  caller: Caller,
  { prog, vers, netid }: Wanted,
  version: 3 | 4 = 4,
  options?: CallOptions,
): Promise<string> {
  const proc = version === 4 ? RPCBPROC_GETADDR_4 : RPCBPROC_GETADDR_3;
  return caller.call(proc, { r_prog: prog, r_vers: vers, r_netid: netid, r_addr: "", r_owner: "" }, options);
}

/**
 * The port of a program: asked by version 4, then 3, then 2, as far down as the server has them; IPv6 is unknown to
 * version 2. Throws RpcbindError NOT_REGISTERED, or BAD_UADDR for an answer that is no address.
 */
export async function lookupPort(caller: Caller, wanted: Wanted, options?: CallOptions): Promise<number> {
  const versions: readonly RpcbindVersion[] = wanted.netid.endsWith("6") ? [4, 3] : [4, 3, 2];
  const port = await newest(versions, async (version) => {
    if (version === 2) return getport(caller, wanted, options);
    const uaddr = await getaddr(caller, wanted, version, options);
    if (uaddr === "") return 0;
    const address = parseUaddr(uaddr);
    if (address !== undefined) return address.port;
    throw new RpcbindError("BAD_UADDR", `rpcbind gave the address ${JSON.stringify(uaddr)}, which is none`);
  });
  if (port > 0 && port < 65536) return port;
  const what = `program ${wanted.prog} version ${wanted.vers} over ${wanted.netid}`;
  if (port !== 0) throw new RpcbindError("BAD_UADDR", `rpcbind gave port ${port} for ${what}, which is none`);
  throw new RpcbindError("NOT_REGISTERED", `rpcbind knows no ${what}: start it there, or give its port`);
}

/**
 * DUMP: everything registered. Without `version` the newest one that the server has is asked; the result says
 * which that was.
 */
export async function dump(
  caller: Caller,
  version?: RpcbindVersion,
  options?: CallOptions,
): Promise<{ readonly version: RpcbindVersion; readonly registrations: readonly Registration[] }> {
  return newest(version === undefined ? [4, 3, 2] : [version], async (version) => ({
    version,
    registrations: version === 2 ? await dump2(caller, options) : await dump34(caller, version, options),
  }));
}

async function dump2(caller: Caller, options: CallOptions | undefined): Promise<Registration[]> {
  const list = await caller.call(PMAPPROC_DUMP, undefined, options);
  return list.map(({ map: { prog, vers, prot, port } }) => {
    const netid = prot === IPPROTO_TCP ? "tcp" : prot === IPPROTO_UDP ? "udp" : String(prot);
    return { prog, vers, netid, port, uaddr: undefined, owner: undefined };
  });
}

async function dump34(
  caller: Caller,
  version: 3 | 4,
  options: CallOptions | undefined,
): Promise<Registration[]> {
  const list = await caller.call(version === 4 ? RPCBPROC_DUMP_4 : RPCBPROC_DUMP_3, undefined, options);
  return list.map(({ rpcb_map: { r_prog, r_vers, r_netid, r_addr, r_owner } }) => ({
    prog: r_prog,
    vers: r_vers,
    netid: r_netid,
    uaddr: r_addr,
    port: parseUaddr(r_addr)?.port,
    owner: r_owner,
  }));
}

/** Asks by each version in turn until the server has one. */
async function newest<T>(
  versions: readonly RpcbindVersion[],
  ask: (version: RpcbindVersion) => Promise<T>,
): Promise<T> {
  for (const [i, version] of versions.entries()) {
    try {
      return await ask(version);
    } catch (error) {
      if (i === versions.length - 1 || !lacksVersion(error)) throw error;
    }
  }
  throw new TypeError("no version to ask by");
}

/** Old port mappers say PROG_UNAVAIL or PROC_UNAVAIL where PROG_MISMATCH is meant. */
function lacksVersion(error: unknown): boolean {
  return error instanceof RpcError && ["PROG_MISMATCH", "PROG_UNAVAIL", "PROC_UNAVAIL"].includes(error.code);
}
