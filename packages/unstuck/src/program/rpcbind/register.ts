import { RpcError } from "../../sunrpc/mod.js";
import type { Caller, CallOptions } from "../caller.js";
import type { Registered } from "./registry.js";
import {
  IPPROTO_TCP,
  IPPROTO_UDP,
  PMAPPROC_SET,
  PMAPPROC_UNSET,
  RPCBPROC_SET_4,
  RPCBPROC_UNSET_4,
} from "./rpcbind.gen.js";
import { parseUaddr } from "./uaddr.js";

/**
 * Registers with the rpcbind behind `caller`, replacing what is registered there; by version 4, and where that is
 * refused or missing by version 2 (IPv4 only). False: rpcbind does not let us.
 */
export async function register(caller: Caller, entry: Registered, options?: CallOptions): Promise<boolean> {
  await unregister(caller, entry, options);
  const set = await orFalse(caller.call(RPCBPROC_SET_4, rpcbOf(entry), options));
  const mapping = mappingOf(entry);
  return set || (mapping !== undefined && (await orFalse(caller.call(PMAPPROC_SET, mapping, options))));
}

/** Takes a registration back. False: there was none, or rpcbind does not let us. */
export async function unregister(caller: Caller, entry: Registered, options?: CallOptions): Promise<boolean> {
  const unset = await orFalse(caller.call(RPCBPROC_UNSET_4, rpcbOf(entry), options));
  const mapping = mappingOf(entry);
  return unset || (mapping !== undefined && (await orFalse(caller.call(PMAPPROC_UNSET, mapping, options))));
}

/** A refusal by the server is false; that nobody answers is an error. */
async function orFalse(answer: Promise<boolean>): Promise<boolean> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RpcError) return false;
    throw error;
  }
}

function rpcbOf({ prog, vers, netid, uaddr, owner }: Registered) {
  return { r_prog: prog, r_vers: vers, r_netid: netid, r_addr: uaddr, r_owner: owner };
}

function mappingOf({ prog, vers, netid, uaddr }: Registered) {
  const port = parseUaddr(uaddr)?.port ?? 0;
  if (netid !== "tcp" && netid !== "udp") return undefined;
  return { prog, vers, prot: netid === "tcp" ? IPPROTO_TCP : IPPROTO_UDP, port };
}
